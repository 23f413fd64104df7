// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <limits>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "libprofile/defaults/tables.h"
#include "libprofile/error.h"
#include "libprofile/text.h"

namespace scrim::defaults {

// Tables that own their rows: what EngineData is read into.
class OwnedTables {
 public:
  // The same text is kept once.
  Text text(std::string_view text);
  Rows words(const std::vector<std::string>& texts);

  // Views of what is there now; adding rows ends them.
  [[nodiscard]] Tables view() const;

  std::uint8_t branch_numbers = 0;
  Text note;
  std::optional<Engine> base;
  Rows without;
  std::vector<VersionRow> versions;
  std::vector<OutcomeRow> defaults;
  std::vector<FamilyRow> families;
  std::vector<RuleRow> rules;
  std::vector<DeniedRow> denied;
  std::vector<NameRow> names;
  std::vector<ConditionRow> conditions;
  std::vector<document::Architecture> architectures;

 private:
  std::string characters_;
  std::map<std::string, Text, std::less<>> texts_;
  std::vector<Text> words_;
};

// As a member of a row, which is no wider than what it holds needs. Throws Error when the program is built.
template <typename Narrow>
[[nodiscard]] Narrow narrowed(std::size_t value, std::string_view what) {
  if (value > std::numeric_limits<Narrow>::max())
    throw Error(concat(what, ": ", value, " is more than the ", std::numeric_limits<Narrow>::max(),
                       " that a row of the tables has room for"));
  return static_cast<Narrow>(value);
}

// The rows that were added to `all` since it had `first` of them.
template <typename Row>
[[nodiscard]] Rows rows_since(const std::vector<Row>& all, std::size_t first) {
  return {narrowed<std::uint16_t>(first, "rows before"), narrowed<std::uint16_t>(all.size() - first, "rows")};
}

}  // namespace scrim::defaults
