// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "libprofile/document/json.h"
#include "libprofile/document/profile.h"

namespace scrim::document {

// Reads a profile of either dialect. `file` names it in messages. Throws DocumentError on the first thing
// that cannot be meant, saying what is wrong and what is allowed; fields that nobody reads become warnings.
[[nodiscard]] Profile read_profile(const json::Value& value, std::string_view file, Warnings& warnings);

// Reads linux.seccomp of a config.json (runtime-spec 1.2.1): template fields are ignored with a warning, as
// runc and crun ignore them.
[[nodiscard]] OciSeccomp read_oci_seccomp(const json::Value& value, std::string_view file,
                                          Warnings& warnings);

}  // namespace scrim::document
