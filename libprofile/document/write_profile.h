// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "libprofile/document/json.h"
#include "libprofile/document/profile.h"

namespace scrim::document {

// As linux.seccomp of config.json. read_oci_seccomp() of it gives the same profile.
[[nodiscard]] json::Value to_json(const OciSeccomp& seccomp);

// As a template, comments included: read_profile() of it gives the same profile.
[[nodiscard]] json::Value to_template_json(const Profile& profile);

}  // namespace scrim::document
