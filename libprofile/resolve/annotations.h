// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "libprofile/document/json.h"
#include "libprofile/resolve/resolve.h"

// The annotations of a config.json that ask for a profile (runtime-spec, config.md "Annotations").
namespace scrim::resolve {

inline constexpr std::string_view profile_annotation = "run.scrim.profile";
inline constexpr std::string_view privileged_annotation = "run.scrim.privileged";
inline constexpr std::string_view resolved_annotation = "run.scrim.resolved";
// crun's: a program in base64 that it loads in place of what linux.seccomp says (crun(1)).
inline constexpr std::string_view program_annotation = "run.oci.seccomp_bpf_data";

struct Annotation {
  std::string name;
  std::string value;
  document::Position at;  // of the value
};

struct Annotations {
  std::optional<Annotation> profile;     // run.scrim.profile
  std::optional<Annotation> privileged;  // run.scrim.privileged
  // Kubernetes' deprecated ones (pkg/apis/core/annotation_key_constants.go): that of this container, then the
  // pod's.
  std::optional<Annotation> container;
  std::optional<Annotation> pod;
};

// Throws DocumentError if `annotations`, or one of those above, has the wrong type.
[[nodiscard]] Annotations read_annotations(const document::json::Value& config, std::string_view file);

// Why an annotation's value cannot be meant; empty if it can.
[[nodiscard]] std::string profile_fault(const Annotation& annotation);
[[nodiscard]] std::string privileged_fault(const Annotation& annotation);

}  // namespace scrim::resolve
