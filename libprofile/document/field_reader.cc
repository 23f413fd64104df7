// SPDX-License-Identifier: Apache-2.0
#include "libprofile/document/field_reader.h"

#include <algorithm>
#include <unordered_set>
#include <vector>

#include "libprofile/text.h"

namespace scrim::document {

void FieldReader::fail(const json::Value& where, std::string_view what) const {
  throw DocumentError(file_, where.position(), what);
}

void FieldReader::warn(Position at, std::string_view what) {
  if (++warned_ < max_warnings)
    warnings_.push_back({located(file_, at, what), at});
  else if (warned_ == max_warnings)
    warnings_.push_back({located(file_, at, concat(what, "; no further warnings about this file")), at});
}

const json::Value::Object& FieldReader::object(const json::Value& value, std::string_view what) const {
  if (value.object() == nullptr) fail(value, concat(what, " must be an object, not ", value.kind()));
  return *value.object();
}

const json::Value::Array& FieldReader::array(const json::Value& value, std::string_view what) const {
  if (value.array() == nullptr) fail(value, concat(what, " must be an array, not ", value.kind()));
  return *value.array();
}

const std::string& FieldReader::text(const json::Value& value, std::string_view what) const {
  if (value.string() == nullptr) fail(value, concat(what, " must be a string, not ", value.kind()));
  return *value.string();
}

std::uint64_t FieldReader::number(const json::Value& value, std::string_view what) const {
  const bool is_number = std::holds_alternative<std::int64_t>(value.data()) ||
                         std::holds_alternative<std::uint64_t>(value.data()) ||
                         std::holds_alternative<double>(value.data());
  if (!is_number) fail(value, concat(what, " must be a number, not ", value.kind()));
  const auto number = value.unsigned_integer();
  if (!number)
    fail(
        value,
        concat(what, " must be a whole number from 0 to 18446744073709551615, without fraction or exponent"));
  return *number;
}

const json::Value* FieldReader::member(const json::Value& object, std::string_view name) {
  const json::Value* found = object.find(name);
  return found == nullptr || found->is_null() ? nullptr : found;
}

std::span<const json::Value> FieldReader::array_member(const json::Value& object,
                                                       std::string_view name) const {
  const json::Value* found = member(object, name);
  return found == nullptr ? std::span<const json::Value>() : array(*found, name);
}

std::string FieldReader::text_member(const json::Value& object, std::string_view name) const {
  const json::Value* found = member(object, name);
  return found == nullptr ? std::string() : text(*found, name);
}

const json::Value& FieldReader::required(const json::Value& object, std::string_view name,
                                         std::string_view in) const {
  if (const json::Value* found = member(object, name)) return *found;
  // A misspelt member is the usual reason for a missing one.
  std::vector<std::string_view> present;
  for (const json::Member& other : *object.object()) present.push_back(other.name);
  const std::string_view near = nearest_name(name, present);
  const std::string instead =
      near.empty() || near == name ? "" : concat(" (", quoted(near), " is there instead)");
  fail(object, concat(in, " needs ", quoted(name), instead));
}

void FieldReader::check_members(const json::Value& object, std::string_view in,
                                std::span<const std::string_view> known) {
  std::unordered_set<std::string_view> seen;
  for (const json::Member& each : *object.object()) {
    if (std::find(known.begin(), known.end(), each.name) == known.end())
      warn(each.at, concat(quoted(each.name), " is no field of ", in, " and is ignored",
                           did_you_mean(each.name, known)));
    else if (!seen.insert(each.name).second)
      warn(each.at, concat(quoted(each.name), " is there twice; the last one counts"));
  }
}

std::string FieldReader::did_you_mean(std::string_view word, std::span<const std::string_view> names) {
  std::string_view near = nearest_name(word, names);
  if (near.empty()) {
    // The names of seccomp's world are in capitals.
    std::string upper(word.substr(0, 100));
    std::transform(upper.begin(), upper.end(), upper.begin(),
                   [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
    near = nearest_name(upper, names);
  }
  return near.empty() ? "" : concat(" (did you mean ", near, "?)");
}

void FieldReader::unknown_name(const json::Value& value, std::string_view name, std::string_view kind,
                               std::span<const std::string_view> names) const {
  constexpr std::size_t short_list = 10;
  std::string message = concat(quoted(name), " is not ", kind);
  const std::string near = did_you_mean(name, names);
  message += near;
  if (names.size() <= short_list || near.empty()) {
    const std::vector<std::string> all(names.begin(), names.end());
    message += concat("; allowed are ", join(all));
  }
  fail(value, message);
}

}  // namespace scrim::document
