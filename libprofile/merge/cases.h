// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

#include "libprofile/document/profile.h"
#include "libprofile/policy/policy.h"

// What the rules of one call come to, and calculating with that.
namespace scrim::merge {

using document::Condition;
using policy::Decision;

// All conditions hold. An argument may have several.
using Conditions = std::vector<Condition>;

struct Case {
  Decision decision;
  Conditions conditions;
};

// The first case whose conditions hold decides.
struct Cases {
  std::vector<Case> cases;
  Decision otherwise;
};
[[nodiscard]] bool operator==(const Cases& a, const Cases& b);

// Which of two decisions counts.
using Choose = std::function<Decision(const Decision&, const Decision&)>;

// Of each call the decision that counts.
[[nodiscard]] Cases product(const Cases& a, const Cases& b, const Choose& choose);

// Conditions of which each argument has at most one: together (ORed) they hold where `conditions` do. None if
// those never hold. Ranges and exceptions become SCMP_CMP_MASKED_EQ of blocks.
[[nodiscard]] std::vector<Conditions> single(const Conditions& conditions);

// The same for where `conditions` hold and `except` do not: each has to be made single().
[[nodiscard]] std::vector<Conditions> without(const Conditions& conditions, const Conditions& except);

// Rules that no other rule of the call overlaps unless it decides the same; together they decide as `cases`
// do for a profile whose default is `otherwise`. Conditions are single. Nothing if there would be more than
// most_rules.
inline constexpr std::size_t most_rules = 512;
[[nodiscard]] std::optional<std::vector<Case>> rules_of(const Cases& cases, const Decision& otherwise);

}  // namespace scrim::merge
