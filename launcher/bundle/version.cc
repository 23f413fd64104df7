// SPDX-License-Identifier: Apache-2.0
#include "launcher/bundle/version.h"

#include <algorithm>
#include <vector>

#include "libprofile/text.h"

namespace scrim::bundle {

namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_all_digits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), is_digit);
}

// SemVer items 2 and 9: numbers have no leading zeros.
bool is_number(std::string_view text) {
  return !text.empty() && is_all_digits(text) && (text.size() == 1 || text.front() != '0');
}

// Items 9 and 10: dot separated, of [0-9A-Za-z-], not empty.
bool is_identifier(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(),
                                      [](char c) { return is_digit(c) || is_letter(c) || c == '-'; });
}

bool is_pre_release_identifier(std::string_view text) {
  return is_identifier(text) && (!is_all_digits(text) || is_number(text));
}

template <typename Predicate>
bool all_pieces(std::string_view text, Predicate predicate) {
  const std::vector<std::string_view> pieces = split(text, '.');
  return std::all_of(pieces.begin(), pieces.end(), predicate);
}

}  // namespace

std::optional<std::string_view> semantic_version_major(std::string_view version) {
  std::string_view rest = version;
  if (const std::size_t plus = rest.find('+'); plus != std::string_view::npos) {
    if (!all_pieces(rest.substr(plus + 1), is_identifier)) return std::nullopt;
    rest = rest.substr(0, plus);
  }
  if (const std::size_t hyphen = rest.find('-'); hyphen != std::string_view::npos) {
    if (!all_pieces(rest.substr(hyphen + 1), is_pre_release_identifier)) return std::nullopt;
    rest = rest.substr(0, hyphen);
  }
  const std::vector<std::string_view> numbers = split(rest, '.');
  if (numbers.size() != 3 || !std::all_of(numbers.begin(), numbers.end(), is_number)) return std::nullopt;
  return numbers.front();
}

}  // namespace scrim::bundle
