// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libprofile/kubernetes/pod.h"
#include "libprofile/kubernetes/version.h"

// The Pod Security Standards as Kubernetes' own admission plugin checks them (k8s.io/pod-security-admission,
// package policy), in its words.
namespace scrim::kubernetes {

enum class Level : unsigned char { privileged, baseline, restricted };
[[nodiscard]] std::string_view name_of(Level level);
[[nodiscard]] std::optional<Level> level_named(std::string_view name);

// A check that a pod does not pass.
struct Violation {
  std::string_view check;  // "seccompProfile_restricted"
  std::string reason;      // "seccompProfile"
  std::string detail;      // "pod or container \"a\" must set securityContext.seccompProfile.type to …"
};

// What keeps a pod from a level, in the order of Kubernetes' messages. `version` is that of the policy
// (pod-security.kubernetes.io/enforce-version).
[[nodiscard]] std::vector<Violation> violations(const Pod& pod, Level level, Version version);

// "reason (detail), reason (detail)", as in: violates PodSecurity "restricted:v1.27": …
[[nodiscard]] std::string text_of(const std::vector<Violation>& violations);

}  // namespace scrim::kubernetes
