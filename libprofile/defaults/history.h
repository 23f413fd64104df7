// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <vector>

#include "libprofile/defaults/engine.h"
#include "libprofile/document/profile.h"

// An engine's default call by call, over all versions.
namespace scrim::defaults {

// As Period of branches.h, with the names of the versions.
struct PeriodNames {
  std::vector<std::string> since;  // none: since before the oldest known version
  std::vector<std::string> until;  // none: it still counts
};

// One rule for one call.
struct RuleHistory {
  std::string call;
  document::TemplateRule rule;  // without names; the comment says why
  std::vector<PeriodNames> periods;
};

// A call that nothing allows without a capability.
struct DeniedHistory {
  std::string call;
  std::string reason;
  std::vector<PeriodNames> periods;
};

struct History {
  std::vector<RuleHistory> rules;  // in the order of the data
  std::vector<DeniedHistory> denied;
};

// Of these calls, or of all if there are none.
[[nodiscard]] History history(Engine engine, std::span<const std::string> calls);

}  // namespace scrim::defaults
