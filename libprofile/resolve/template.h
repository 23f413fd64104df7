// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "libprofile/document/profile.h"
#include "libprofile/resolve/target.h"

namespace scrim::resolve {

// The concrete rules of a profile for one target, as moby's profiles/seccomp does it (setupSeccomp):
// archMap's entry of the native architecture with its companions; a rule is left out if any exclude matches,
// and taken if the architecture is among includes.arches, all includes.caps are in the bounding set and
// minKernel is met. A profile of the OCI dialect comes out as it is. Throws document::DocumentError for
// `architectures` beside `archMap`.
[[nodiscard]] document::OciSeccomp evaluate_template(const document::Profile& profile, const Target& target);

}  // namespace scrim::resolve
