// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "libprofile/defaults/defaults.h"

namespace scrim::defaults {

// Calls that an engine's newest default allows to nobody who lacks a capability for them, and why.
struct DeniedCalls {
  std::string reason;  // "keyring: keys are not namespaced, …"
  std::vector<std::string> names;
};
[[nodiscard]] std::vector<DeniedCalls> denied_calls(Engine engine);

}  // namespace scrim::defaults
