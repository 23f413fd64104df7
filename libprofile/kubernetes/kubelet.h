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

struct KubeletFile {
  std::string name;
  std::vector<document::json::Value> documents;
};

// What is in a directory that --config-dir names: files called *.conf in it and below it, by name, as the
// kubelet reads them (cmd/kubelet/app/server.go, mergeKubeletConfigurations). Throws Error for what cannot be
// read, and for more than 1,000 files.
[[nodiscard]] std::vector<KubeletFile> drop_ins(const std::string& directory);

// KubeletConfigurations (kubelet.config.k8s.io): the one of --config, then drop-ins, each merged into what
// those before it say (RFC 7396). Without any, what a kubelet does by default. Throws DocumentError for what
// is none.
[[nodiscard]] Kubelet read_kubelet(const std::vector<KubeletFile>& files);

// seccompDefault is of 1.22, behind a feature gate that is on since 1.25: what a kubelet of that version
// makes of the setting, with the reasons added.
void fit_to_version(Kubelet& kubelet, Version version);

}  // namespace scrim::kubernetes
