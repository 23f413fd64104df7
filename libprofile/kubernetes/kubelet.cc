// SPDX-License-Identifier: Apache-2.0
#include "libprofile/kubernetes/kubelet.h"

#include "libprofile/document/field_reader.h"
#include "libprofile/kubernetes/fields.h"
#include "libprofile/text.h"

namespace scrim::kubernetes {

using document::json::Value;

Kubelet read_kubelet(const std::vector<Value>& documents, const std::string& file) {
  if (documents.size() != 1)
    throw document::DocumentError(
        file, {}, concat("a kubelet's configuration is one document, and these are ", documents.size()));
  const Fields root(&documents.front(), "", file);
  const std::string kind = root.text_or_empty("kind");
  if (kind != "KubeletConfiguration")
    throw document::DocumentError(
        file, root.position_of("kind"),
        concat("not a KubeletConfiguration: its kind is ", kind.empty() ? "not set" : quoted(kind)));
  Kubelet kubelet;
  const std::optional<bool> set = root.boolean("seccompDefault");
  kubelet.seccomp_default = set.value_or(false);
  kubelet.because.push_back(
      document::located(file, set ? root.position_of("seccompDefault") : document::Position{},
                        set ? concat("seccompDefault is ", *set ? "true" : "false")
                            : std::string("seccompDefault is not set, which is false")));
  if (kubelet.seccomp_default && root.object("featureGates").boolean("SeccompDefault") == false)
    kubelet.warnings.push_back({document::located(
        file, root.object("featureGates").position_of("SeccompDefault"),
        "seccompDefault is on and its feature gate is off, with which no kubelet starts")});
  return kubelet;
}

void fit_to_version(Kubelet& kubelet, Version version) {
  if (!kubelet.seccomp_default) return;
  constexpr Version has_setting{1, 22};
  constexpr Version gate_is_on{1, 25};
  if (version < has_setting) {
    kubelet.seccomp_default = false;
    kubelet.warnings.push_back({concat("the kubelet has seccompDefault since 1.22, so not in ",
                                       text_of(version), ": it is taken to be off")});
  } else if (version < gate_is_on) {
    kubelet.warnings.push_back(
        {concat("seccompDefault needs the feature gate SeccompDefault in ", text_of(version),
                ", which is off unless it is set: it is taken to be on")});
  }
}

}  // namespace scrim::kubernetes
