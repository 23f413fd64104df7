// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "libprofile/document/json.h"
#include "libprofile/kubernetes/version.h"

namespace scrim::kubernetes {

// What of the kubelet's configuration decides profiles.
struct Kubelet {
  bool seccomp_default = false;  // seccompDefault, --seccomp-default
  std::vector<std::string> because;
  document::Warnings warnings;
};

// A KubeletConfiguration (kubelet.config.k8s.io). Throws DocumentError if it is none.
[[nodiscard]] Kubelet read_kubelet(const std::vector<document::json::Value>& documents,
                                   const std::string& file);

// seccompDefault is of 1.22, behind a feature gate that is on since 1.25: what a kubelet of that version
// makes of the setting, with the reasons added.
void fit_to_version(Kubelet& kubelet, Version version);

}  // namespace scrim::kubernetes
