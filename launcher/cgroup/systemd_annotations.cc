// SPDX-License-Identifier: Apache-2.0
#include "launcher/cgroup/systemd_annotations.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

#include "launcher/cgroup/systemd_properties.h"
#include "libprofile/error.h"
#include "libprofile/text.h"

namespace scrim::cgroup {

using document::json::Value;

namespace {

constexpr std::string_view prefix = "org.systemd.property.";

// A D-Bus type and a value of it.
struct Variant {
  std::string_view type;
  Value value;
};

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

// Takes a quoted string from the front. Escapes are not needed for what units are told.
std::optional<std::string> take_string(std::string_view& text) {
  if (text.empty() || (text.front() != '\'' && text.front() != '"')) return std::nullopt;
  const std::size_t end = text.find(text.front(), 1);
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view content = text.substr(1, end - 1);
  if (content.find('\\') != std::string_view::npos) return std::nullopt;
  text = trimmed(text.substr(end + 1));
  return std::string(content);
}

std::optional<Variant> strings_of(std::string_view text) {
  Value::Array array;
  text = trimmed(text.substr(1, text.size() - 2));
  while (!text.empty()) {
    const std::optional<std::string> element = take_string(text);
    if (!element) return std::nullopt;
    array.emplace_back(Value::Data(*element));
    if (text.starts_with(','))
      text = trimmed(text.substr(1));
    else if (!text.empty())
      return std::nullopt;
  }
  return Variant{"as", Value(Value::Data(std::move(array)))};
}

template <typename T>
std::optional<T> number_in(std::string_view text) {
  T number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

template <typename T>
std::optional<Variant> variant_of(std::string_view type, std::string_view text) {
  const std::optional<T> number = number_in<T>(text);
  if (!number) return std::nullopt;
  if constexpr (std::is_floating_point_v<T>)
    return Variant{type, Value(Value::Data(*number))};
  else if constexpr (std::is_signed_v<T>)
    return Variant{type, Value(Value::Data(std::int64_t{*number}))};
  else
    return Variant{type, Value(Value::Data(std::uint64_t{*number}))};
}

std::optional<Variant> parse(std::string_view text) {
  text = trimmed(text);
  if (text == "true" || text == "false") return Variant{"b", Value(Value::Data(text == "true"))};
  if (text.starts_with('[') && text.ends_with(']')) return strings_of(text);
  if (std::optional<std::string> string = take_string(text))
    return text.empty() ? std::optional(Variant{"s", Value(Value::Data(*string))}) : std::nullopt;
  const std::size_t space = text.find(' ');
  if (space == std::string_view::npos) {
    if (std::optional<Variant> number = variant_of<std::int32_t>("i", text)) return number;
    return text.find('.') == std::string_view::npos ? std::nullopt : variant_of<double>("d", text);
  }
  const std::string_view type = text.substr(0, space);
  const std::string_view number = trimmed(text.substr(space));
  if (type == "uint64") return variant_of<std::uint64_t>("t", number);
  if (type == "uint32") return variant_of<std::uint32_t>("u", number);
  if (type == "int64") return variant_of<std::int64_t>("x", number);
  if (type == "int32") return variant_of<std::int32_t>("i", number);
  if (type == "double") return variant_of<double>("d", number);
  return std::nullopt;
}

// systemd's D-Bus interface has times in microseconds alone.
std::optional<Variant> in_microseconds(const Variant& seconds) {
  constexpr double second = 1'000'000;
  std::optional<double> value;
  if (const auto number = seconds.value.unsigned_integer()) value = static_cast<double>(*number);
  if (const double* number = std::get_if<double>(&seconds.value.data())) value = *number;
  constexpr double most = 9.2e18;
  if (!value || !std::isfinite(*value) || *value < 0 || *value * second > most) return std::nullopt;
  return Variant{"t", Value(Value::Data(static_cast<std::uint64_t>(*value * second)))};
}

}  // namespace

Value::Array systemd_properties_of(const std::vector<bundle::Setting>& annotations) {
  Value::Array properties;
  for (const bundle::Setting& annotation : annotations) {
    if (!annotation.name.starts_with(prefix)) continue;
    std::string name = annotation.name.substr(prefix.size());
    const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
    if (name.empty() || !std::ranges::all_of(name, is_letter))
      throw Error(concat("annotation ", annotation.name, ": a property's name has letters alone"));
    std::optional<Variant> variant = parse(annotation.value);
    if (variant && name.ends_with("Sec") && !name.ends_with("USec")) {
      variant = in_microseconds(*variant);
      name.insert(name.size() - 3, 1, 'U');
    }
    if (!variant)
      throw Error(concat("annotation ", annotation.name, ": ", quoted(annotation.value),
                         " is no value as true, 'text', uint64 5 or ['a', 'b'] (GVariant's text form)"));
    properties.push_back(systemd_property(name, variant->type, std::move(variant->value)));
  }
  return properties;
}

}  // namespace scrim::cgroup
