// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "libprofile/kubernetes/pod.h"
#include "libprofile/kubernetes/version.h"
#include "libprofile/resolve/resolve.h"

// From a pod's fields and annotations to what its container asks the runtime for: the way of the API server
// and the kubelet (pkg/registry/core/pod: applySeccompVersionSkew; pkg/kubelet/kuberuntime:
// getSeccompProfile).
namespace scrim::kubernetes {

struct Asked {
  resolve::Request request;  // with the chain in `because`
  document::Warnings warnings;
  // Why the kubelet cannot even ask the runtime: its message; empty if it can.
  std::string refusal;
};

[[nodiscard]] Asked asked_for(const Pod& pod, const Container& container, Version version);

}  // namespace scrim::kubernetes
