// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
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

// Whom the process runs as: the container's fields come before the pod's (pkg/securitycontext:
// DetermineEffectiveSecurityContext). What is not set, the image says.
struct ProcessUser {
  std::optional<std::int64_t> uid;
  std::optional<std::int64_t> gid;
  bool must_not_be_root = false;  // runAsNonRoot
};
[[nodiscard]] ProcessUser user_of(const Pod& pod, const Container& container);

}  // namespace scrim::kubernetes
