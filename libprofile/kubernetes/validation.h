// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "libprofile/kubernetes/pod.h"
#include "libprofile/kubernetes/version.h"

namespace scrim::kubernetes {

// A field that the API server refuses the pod for, in its words
// (k8s.io/apimachinery/pkg/util/validation/field).
struct FieldError {
  Position at;
  std::string field;  // "spec.containers[0].securityContext.seccompProfile.type"
  std::string says;   // "Required value: type is required when seccompProfile is set"
};

// What the API server of that version has against the pod's seccomp profiles, annotations and procMount, and
// against allowPrivilegeEscalation beside privilege, and that it has a container (pkg/apis/core/validation).
// Not all that it checks.
[[nodiscard]] std::vector<FieldError> validate(const Pod& pod, Version version);

[[nodiscard]] std::string text_of(const FieldError& error);  // "field: says"

}  // namespace scrim::kubernetes
