// SPDX-License-Identifier: Apache-2.0
#include "libprofile/defaults/generator/rows.h"

namespace scrim::defaults {

Text OwnedTables::text(std::string_view text) {
  const auto found = texts_.find(text);
  if (found != texts_.end()) return found->second;
  const Text added{static_cast<std::uint32_t>(characters_.size()), static_cast<std::uint32_t>(text.size())};
  characters_ += text;
  texts_.emplace(text, added);
  return added;
}

Rows OwnedTables::words(const std::vector<std::string>& texts) {
  const std::size_t first = words_.size();
  for (const std::string& each : texts) words_.push_back(text(each));
  return rows_since(words_, first);
}

Tables OwnedTables::view() const {
  return {characters_, branch_numbers, note,   base,  without,    versions,      defaults,
          families,    rules,          denied, names, conditions, architectures, words_};
}

}  // namespace scrim::defaults
