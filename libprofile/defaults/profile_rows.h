// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "libprofile/defaults/tables.h"
#include "libprofile/document/profile.h"

// Rows of tables as a profile has them.
namespace scrim::defaults {

// Adds what the tables say of a version, in their order; what they start from is not looked at.
void add_to(document::Profile& profile, const Tables& tables, std::size_t version);

// A rule without its names.
[[nodiscard]] document::TemplateRule rule_of(const Tables& tables, const RuleRow& row);

}  // namespace scrim::defaults
