// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "libprofile/document/json.h"
#include "libprofile/resolve/capabilities.h"

// An engine's --privileged leaves no mark in config.json, only its effects.
namespace scrim::resolve {

// The bounding set of the calling thread (prctl(2), PR_CAPBSET_READ): all that this kernel has, less what
// whoever started us took away. An engine cannot have given more than its own, which is ours, its
// descendant's.
[[nodiscard]] CapabilitySet own_bounding_set();

// All of: no masked and no read-only paths; the device rules end with every device allowed; and a full
// bounding set. "Full" is every capability up to the highest that the container has, where that is at least
// CAP_AUDIT_READ (37): engines know capabilities by a table of their own, and Docker 20.10's ends there.
// Capabilities outside of `available` may be missing: nobody could give them.
[[nodiscard]] bool looks_privileged(const document::json::Value& config, CapabilitySet available);

}  // namespace scrim::resolve
