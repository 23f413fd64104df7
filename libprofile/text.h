// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace scrim {

namespace text_detail {
inline void append(std::string& out, std::string_view piece) {
  out += piece;
}
inline void append(std::string& out, char piece) {
  out += piece;
}
template <std::integral T>
requires(!std::same_as<T, char> && !std::same_as<T, bool>) void append(std::string& out, T number) {
  out += std::to_string(number);
}
}  // namespace text_detail

// The pieces (strings, characters, integers) one after the other.
template <typename... Pieces>
[[nodiscard]] std::string concat(const Pieces&... pieces) {
  std::string out;
  (text_detail::append(out, pieces), ...);
  return out;
}

// "a, b, c"
[[nodiscard]] std::string join(std::span<const std::string> pieces, std::string_view separator = ", ");

// The same with U+FFFD for each byte that is not UTF-8 (Unicode 15, table 3-7): JSON has no other text.
[[nodiscard]] std::string utf8(std::string_view text);

// How many bytes the character has that the text begins with; 0 if it begins with none.
[[nodiscard]] std::size_t character_length(std::string_view text);

// Somebody else's text for people, with what a terminal would obey, or show in another order than it stands
// there, as an escape of Go's %q: \n, \x1b, \u009b. Those are control characters (C0, DEL, C1: some terminals
// take U+009B, or the byte 0x9b, for ESC [), line and paragraph separators, Unicode's marks of direction
// (CVE-2021-42574), and bytes that are not UTF-8.
[[nodiscard]] std::string printable(std::string_view text);
// The same in quotes, with quotes and backslashes in it escaped; of more than `longest` bytes the characters
// that fit, and "...".
[[nodiscard]] std::string quoted(std::string_view text, std::size_t longest = 80);

// "0x1f"
[[nodiscard]] std::string hexadecimal(std::uint64_t value);

// Splits at every separator; "a//b" gives an empty middle piece, "" one empty piece.
[[nodiscard]] std::vector<std::string_view> split(std::string_view text, char separator);

// The candidate nearest to `word` in edit distance (insert, delete, replace,
// swap of neighbours), or an empty view if none is near enough to be a typo of it.
[[nodiscard]] std::string_view nearest_name(std::string_view word,
                                            std::span<const std::string_view> candidates);

}  // namespace scrim
