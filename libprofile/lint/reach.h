// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

#include "libprofile/document/profile.h"

namespace scrim::lint {

// More rules with conditions about one call than any profile was seen to have are not looked into.
inline constexpr std::size_t most_cases = 64;

// All conditions hold, at most one for each argument: this rule decides.
struct ReachCase {
  std::size_t rule = 0;
  std::vector<document::Condition> conditions;
};

// By rule. Exact, but true for what cannot be told.
struct Reach {
  std::vector<bool> ever_holds;  // there are arguments that meet its conditions
  std::vector<bool> decides;     // there are some for which none of those before it holds
};

// Which of the rules of one call can decide, if the first that holds does.
[[nodiscard]] Reach reach_of(const std::vector<ReachCase>& cases, std::size_t rules,
                             document::Architecture architecture);

}  // namespace scrim::lint
