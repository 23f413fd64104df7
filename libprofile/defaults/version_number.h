// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace scrim::defaults {

// "profiles-0.2.0": what stands before the numbers, the numbers, and what stands after them.
struct VersionNumber {
  std::string_view prefix;  // "profiles-"
  std::vector<unsigned> numbers;
  std::string_view suffix;  // "+1e46b0756b39"

  // Nothing if there is no number. The views are into `text`.
  [[nodiscard]] static std::optional<VersionNumber> parse(std::string_view text);

  // "1.7": the release branch, which the first so many numbers name.
  [[nodiscard]] std::string branch(std::size_t so_many) const;
};

}  // namespace scrim::defaults
