// SPDX-License-Identifier: Apache-2.0
#include "libprofile/document/yaml_scalar.h"

#include <algorithm>
#include <charconv>
#include <limits>

namespace scrim::document::yaml {

namespace {

using Data = json::Value::Data;

constexpr std::string_view core_prefix = "tag:yaml.org,2002:";

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

bool is_null(std::string_view text) {
  return is_one_of(text, {"", "~", "null", "Null", "NULL"});
}

std::optional<bool> boolean(std::string_view text) {
  if (is_one_of(text, {"y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"})) return true;
  if (is_one_of(text, {"n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"}))
    return false;
  return std::nullopt;
}

bool is_not_finite(std::string_view text) {
  return is_one_of(text, {".nan", ".NaN", ".NAN", ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF", "-.inf",
                          "-.Inf", "-.INF"});
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::string_view without_digits(std::string_view text) {
  return text.substr(
      static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), is_digit) - text.begin()));
}

// [-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?
bool is_float(std::string_view text) {
  const auto skip_one_of = [&](std::string_view characters) {
    const bool is = !text.empty() && characters.find(text.front()) != std::string_view::npos;
    if (is) text.remove_prefix(1);
    return is;
  };
  const auto skip_digits = [&] {
    const std::size_t before = text.size();
    text = without_digits(text);
    return text.size() < before;
  };
  skip_one_of("+-");
  const bool whole = skip_digits();
  const bool fraction = skip_one_of(".") && skip_digits();
  if (!whole && !fraction) return false;
  if (!skip_one_of("eE")) return text.empty();
  skip_one_of("+-");
  return skip_digits() && text.empty();
}

// What Go's ParseInt and ParseUint make of it with base 0: 0x, 0o, 0b, and 0 alone for octal.
std::optional<Data> integer(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  int base = 10;
  if (text.size() > 1 && text[0] == '0') {
    const char mark = static_cast<char>(text[1] | 0x20);
    base = mark == 'x' ? 16 : mark == 'b' ? 2 : 8;
    text.remove_prefix(mark == 'x' || mark == 'b' || mark == 'o' ? 2 : 1);
  }
  std::uint64_t magnitude = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), magnitude, base);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  if (!negative) return magnitude;
  constexpr auto most = std::uint64_t{1} << 63;
  if (magnitude > most) return std::nullopt;
  return static_cast<std::int64_t>(~magnitude + 1);
}

std::optional<Data> number(std::string_view text) {
  std::string plain(text);
  std::erase(plain, '_');
  if (std::optional<Data> whole = integer(plain)) return whole;
  if (!is_float(plain)) return std::nullopt;
  const std::string_view digits = std::string_view(plain).substr(plain.starts_with('+') ? 1 : 0);
  double value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return value;
}

bool may_begin_number(std::string_view text) {
  return !text.empty() && (is_digit(text[0]) || text[0] == '+' || text[0] == '-' || text[0] == '.');
}

std::optional<Data> plain_value(std::string_view text) {
  if (is_null(text)) return nullptr;
  if (const std::optional<bool> value = boolean(text)) return *value;
  if (is_not_finite(text)) return std::nullopt;
  if (may_begin_number(text))
    if (std::optional<Data> value = number(text)) return value;
  return std::string(text);
}

}  // namespace

std::optional<Data> scalar_value(std::string_view tag, std::string_view text) {
  if (tag == plain_tag) return plain_value(text);
  if (!tag.starts_with(core_prefix)) return std::string(text);
  const std::string_view type = tag.substr(core_prefix.size());
  if (!is_one_of(type, {"bool", "int", "float", "null"})) return std::string(text);
  std::optional<Data> value = plain_value(text);
  if (!value) return std::nullopt;
  if (type == "float") {
    if (const auto* whole = std::get_if<std::uint64_t>(&*value)) return static_cast<double>(*whole);
    if (const auto* whole = std::get_if<std::int64_t>(&*value)) return static_cast<double>(*whole);
  }
  const bool fits = (type == "bool" && std::holds_alternative<bool>(*value)) ||
                    (type == "null" && std::holds_alternative<std::nullptr_t>(*value)) ||
                    (type == "float" && std::holds_alternative<double>(*value)) ||
                    (type == "int" && (std::holds_alternative<std::uint64_t>(*value) ||
                                       std::holds_alternative<std::int64_t>(*value)));
  if (!fits) return std::nullopt;
  return value;
}

bool is_merge_key(std::string_view tag, std::string_view text) {
  return text == "<<" && (tag == plain_tag || tag == "tag:yaml.org,2002:merge");
}

}  // namespace scrim::document::yaml
