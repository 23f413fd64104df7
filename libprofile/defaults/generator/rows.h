// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "libprofile/defaults/tables.h"

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

// The rows that were added to `all` since it had `first` of them.
template <typename Row>
[[nodiscard]] Rows rows_since(const std::vector<Row>& all, std::size_t first) {
  return {static_cast<std::uint16_t>(first), static_cast<std::uint16_t>(all.size() - first)};
}

}  // namespace scrim::defaults
