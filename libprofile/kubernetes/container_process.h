// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "libprofile/defaults/defaults.h"
#include "libprofile/kubernetes/pod.h"
#include "libprofile/resolve/capabilities.h"

// What a container's process is given beside its profile, as far as that decides what the profile means.
namespace scrim::kubernetes {

// The bounding set that the engine gives: its own default (or all, if privileged), less capabilities.drop,
// plus capabilities.add (containerd internal/cri/server: WithCapabilities; CRI-O internal/factory/container:
// SpecSetupCapabilities). Names that no capability has are in `unknown`.
struct Bounding {
  resolve::CapabilitySet set;
  std::vector<std::string> unknown;
};
[[nodiscard]] Bounding bounding_set(const SecurityContext& context, defaults::Engine engine);

// Whether the kubelet asks for no_new_privs (pkg/securitycontext: AddNoNewPrivileges).
[[nodiscard]] bool has_no_new_privileges(const SecurityContext& context);

}  // namespace scrim::kubernetes
