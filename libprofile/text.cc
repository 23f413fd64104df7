// SPDX-License-Identifier: Apache-2.0
#include "libprofile/text.h"

#include <algorithm>
#include <numeric>

namespace scrim {

std::string join(std::span<const std::string> pieces, std::string_view separator) {
  std::string out;
  for (const std::string& piece : pieces) {
    if (&piece != pieces.data()) out += separator;
    out += piece;
  }
  return out;
}

std::size_t character_length(std::string_view text) {
  if (text.empty()) return 0;
  const auto byte = [&](std::size_t i) -> unsigned { return static_cast<unsigned char>(text[i]); };
  constexpr unsigned first_long = 0x80;
  const unsigned lead = byte(0);
  if (lead < first_long) return 1;
  const std::size_t length = lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
  if (length == 0 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((byte(i) & 0xc0U) != first_long) return 0;
  const unsigned second = byte(1);
  const bool overlong = (lead == 0xe0 && second < 0xa0) || (lead == 0xf0 && second < 0x90);
  const bool surrogate = lead == 0xed && second > 0x9f;
  const bool too_high = lead == 0xf4 && second > 0x8f;
  return overlong || surrogate || too_high ? 0 : length;
}

std::string utf8(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t length = character_length(text);
    if (length == 0)
      out += "\xef\xbf\xbd";
    else
      out += text.substr(0, length);
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return out;
}

namespace {

std::string hexadecimal_digits(unsigned value, unsigned count) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  for (unsigned i = count; i-- > 0;) out += digits[(value >> (4 * i)) & 15U];
  return out;
}

bool is_control(unsigned code) {
  return code < 0x20 || (code >= 0x7f && code < 0xa0);
}

// Also those that end a line where a terminal knows them. All have four hexadecimal digits at most.
bool is_mark_of_direction(unsigned code) {
  return code == 0x061c || code == 0x200e || code == 0x200f || (code >= 0x2028 && code <= 0x202e) ||
         (code >= 0x2066 && code <= 0x2069);
}

// As \x1b, of a byte, or \u009b.
std::string escaped(unsigned code) {
  switch (code) {
    case '\n':
      return "\\n";
    case '\r':
      return "\\r";
    case '\t':
      return "\\t";
    default:
      return code < 0x80 ? concat("\\x", hexadecimal_digits(code, 2))
                         : concat("\\u", hexadecimal_digits(code, 4));
  }
}

// The character that `text` is; only of those with up to three bytes.
unsigned code_point(std::string_view text) {
  const auto bits = [&](std::size_t i, unsigned mask) { return static_cast<unsigned char>(text[i]) & mask; };
  if (text.size() == 1) return bits(0, 0x7f);
  if (text.size() == 2) return bits(0, 0x1f) << 6U | bits(1, 0x3f);
  return bits(0, 0x0f) << 12U | bits(1, 0x3f) << 6U | bits(2, 0x3f);
}

// One character of `text`, or the byte that begins none, as it is shown.
std::string shown(std::string_view character) {
  if (character_length(character) == 0)
    return concat("\\x", hexadecimal_digits(static_cast<unsigned char>(character.front()), 2));
  if (character.size() > 3) return std::string(character);
  const unsigned code = code_point(character);
  return is_control(code) || is_mark_of_direction(code) ? escaped(code) : std::string(character);
}

}  // namespace

std::string printable(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t length = std::max<std::size_t>(character_length(text), 1);
    out += shown(text.substr(0, length));
    text.remove_prefix(length);
  }
  return out;
}

std::string quoted(std::string_view text, std::size_t longest) {
  std::string out = "\"";
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t length = std::max<std::size_t>(character_length(text.substr(at)), 1);
    if (at + length > longest) break;
    const std::string_view character = text.substr(at, length);
    out += character == "\"" || character == "\\" ? concat('\\', character) : shown(character);
    at += length;
  }
  return concat(out, at < text.size() ? "..." : "", "\"");
}

std::string hexadecimal(std::uint64_t value) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  do text.insert(text.begin(), digits[value % digits.size()]);
  while ((value /= digits.size()) != 0);
  return concat("0x", text);
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> pieces;
  for (;;) {
    const std::size_t end = text.find(separator);
    pieces.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return pieces;
    text.remove_prefix(end + 1);
  }
}

// Optimal string alignment distance (Damerau-Levenshtein without repeated edits), three rows at a time.
static std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before_last(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> current(b.size() + 1);
  std::iota(last.begin(), last.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    current[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      current[j] = std::min({last[j] + 1, current[j - 1] + 1, replaced});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        current[j] = std::min(current[j], before_last[j - 2] + 1);
    }
    std::swap(before_last, last);
    std::swap(last, current);
  }
  return last[b.size()];
}

std::string_view nearest_name(std::string_view word, std::span<const std::string_view> candidates) {
  // A typo changes about one letter in four; a longer distance is another word.
  const std::size_t limit = std::max<std::size_t>(1, word.size() / 4);
  std::size_t best = limit + 1;
  std::string_view nearest;
  for (const std::string_view candidate : candidates) {
    const std::size_t longer = std::max(candidate.size(), word.size());
    const std::size_t shorter = std::min(candidate.size(), word.size());
    if (longer - shorter >= best) continue;
    const std::size_t distance = edit_distance(word, candidate);
    if (distance < best) {
      best = distance;
      nearest = candidate;
    }
  }
  return nearest;
}

}  // namespace scrim
