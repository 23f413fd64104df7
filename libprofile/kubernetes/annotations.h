// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "libprofile/kubernetes/pod.h"

// The annotations that asked for a profile before there was a field for it (Kubernetes 1.19).
namespace scrim::kubernetes {

inline constexpr std::string_view pod_annotation = "seccomp.security.alpha.kubernetes.io/pod";
inline constexpr std::string_view container_annotation_prefix =
    "container.seccomp.security.alpha.kubernetes.io/";
[[nodiscard]] std::string container_annotation(std::string_view container);

// The field that says the same. Nothing for a value that is none of runtime/default, docker/default,
// unconfined and localhost/PATH.
[[nodiscard]] std::optional<SeccompProfile> field_for(const Annotation& annotation);

}  // namespace scrim::kubernetes
