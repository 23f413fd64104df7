// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "libprofile/document/profile.h"

namespace scrim::document {

// The profile in the text of a file, in any of the formats: JSON in either dialect; or a SeccompProfile of
// the Security Profiles Operator (security-profiles-operator.x-k8s.io), as YAML or JSON, whose spec is
// linux.seccomp. Rules of its baseProfileName are added, as the operator does, if that profile is in the same
// file; if it is not, that is a warning. Throws DocumentError: also if a file has several SeccompProfiles,
// none of which is the base of another.
[[nodiscard]] Profile read_profile_text(std::string_view text, std::string_view file, Warnings& warnings);

// Whether it is YAML: by the file's name, or because it begins otherwise than JSON with comments does.
[[nodiscard]] bool is_yaml(std::string_view text, std::string_view file);

// As a SeccompProfile, v1beta1, in YAML. `name` becomes its metadata.name.
[[nodiscard]] std::string to_spo_yaml(const OciSeccomp& seccomp, std::string_view name);

// What a Kubernetes object may be called (RFC 1123 subdomain), made out of any text.
[[nodiscard]] std::string kubernetes_name(std::string_view text);

}  // namespace scrim::document
