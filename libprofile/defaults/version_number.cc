// SPDX-License-Identifier: Apache-2.0
#include "libprofile/defaults/version_number.h"

#include <algorithm>
#include <charconv>

#include "libprofile/text.h"

namespace scrim::defaults {

std::optional<VersionNumber> VersionNumber::parse(std::string_view text) {
  VersionNumber out;
  const std::size_t first = text.find_first_of("0123456789");
  if (first == std::string_view::npos) return std::nullopt;
  out.prefix = text.substr(0, first);
  const char* at = text.data() + first;
  const char* const end = text.data() + text.size();
  while (true) {
    unsigned number = 0;
    const auto [after, error] = std::from_chars(at, end, number);
    if (error == std::errc::result_out_of_range) return std::nullopt;
    out.numbers.push_back(number);
    at = after;
    // A dot belongs to the numbers only if another one follows.
    if (end - at < 2 || at[0] != '.' || at[1] < '0' || at[1] > '9') break;
    ++at;
  }
  out.suffix = std::string_view(at, static_cast<std::size_t>(end - at));
  return out;
}

std::string VersionNumber::branch(std::size_t so_many) const {
  std::string out(prefix);
  for (std::size_t i = 0; i < std::min(so_many, numbers.size()); ++i)
    out += concat(i == 0 ? "" : ".", numbers[i]);
  return out;
}

}  // namespace scrim::defaults
