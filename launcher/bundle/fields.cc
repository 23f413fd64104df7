// SPDX-License-Identifier: Apache-2.0
#include "launcher/bundle/fields.h"

#include <cstddef>
#include <unordered_map>

#include "libprofile/text.h"

namespace scrim::bundle {

using document::json::Value;

namespace {

std::string named(const std::string& path, std::string_view what) {
  return concat(path.empty() ? std::string_view("the configuration") : std::string_view(path), " ", what);
}

}  // namespace

void Field::fail(std::string_view what) const {
  throw document::DocumentError(source_->file, value_->position(), named(path_, what));
}

void Field::fail_kind(std::string_view expected) const {
  fail(concat("must be ", expected, ", not ", value_->kind()));
}

void Field::warn(std::string_view what) const {
  source_->warnings.push_back({document::located(source_->file, value_->position(), named(path_, what))});
}

std::string Field::path_of(std::string_view member) const {
  return path_.empty() ? std::string(member) : concat(path_, ".", member);
}

void Field::expect_object() const {
  if (value_->object() == nullptr) fail_kind("an object");
}

std::optional<Field> Field::find(std::string_view name) const {
  expect_object();
  const Value* member = value_->find(name);
  if (member == nullptr || member->is_null()) return std::nullopt;
  return Field(*member, path_of(name), *source_);
}

Field Field::require(std::string_view name) const {
  if (std::optional<Field> member = find(name)) return *std::move(member);
  throw document::DocumentError(source_->file, value_->position(), concat(path_of(name), " is required"));
}

bool Field::boolean() const {
  const bool* boolean = value_->boolean();
  if (boolean == nullptr) fail_kind("a boolean");
  return *boolean;
}

std::string Field::string() const {
  const std::string* string = value_->string();
  if (string == nullptr) fail_kind("a string");
  if (string->find('\0') != std::string::npos) fail("must not contain a NUL character");
  return *string;
}

std::string Field::non_empty_string() const {
  std::string string = this->string();
  if (string.empty()) fail("must not be empty");
  return string;
}

std::string Field::absolute_path() const {
  std::string path = string();
  if (!path.starts_with('/')) fail(concat("must be an absolute path, not ", quoted(path)));
  return path;
}

std::vector<Field> Field::elements(std::string_view of) const {
  const Value::Array* array = value_->array();
  if (array == nullptr) fail_kind(concat("an array of ", of));
  std::vector<Field> elements;
  elements.reserve(array->size());
  for (const Value& element : *array) {
    elements.emplace_back(element, concat(path_, "[", elements.size(), "]"), *source_);
  }
  return elements;
}

std::vector<std::string> Field::strings() const {
  std::vector<std::string> strings;
  for (const Field& element : elements("strings")) strings.push_back(element.string());
  return strings;
}

std::vector<std::pair<std::string, Field>> Field::members() const {
  expect_object();
  std::unordered_map<std::string_view, const Value*> last;
  for (const document::json::Member& member : *value_->object()) last[member.name] = &member.value;
  std::vector<std::pair<std::string, Field>> members;
  for (const document::json::Member& member : *value_->object()) {
    if (last[member.name] != &member.value) continue;
    members.emplace_back(member.name,
                         Field(member.value, concat(path_, "[", quoted(member.name), "]"), *source_));
  }
  return members;
}

std::uint64_t Field::unsigned_between(std::uint64_t min, std::uint64_t max) const {
  const std::optional<std::uint64_t> number = value_->unsigned_integer();
  if (number && *number >= min && *number <= max) return *number;
  fail(concat("must be an integer from ", min, " to ", max,
              number ? concat(", not ", *number) : std::string()));
}

std::int64_t Field::signed_between(std::int64_t min, std::int64_t max) const {
  const std::optional<std::int64_t> number = value_->signed_integer();
  if (number && *number >= min && *number <= max) return *number;
  fail(concat("must be an integer from ", min, " to ", max,
              number ? concat(", not ", *number) : std::string()));
}

bool Field::boolean_or_false(std::string_view name) const {
  const std::optional<Field> member = find(name);
  return member && member->boolean();
}

std::string Field::string_or_empty(std::string_view name) const {
  const std::optional<Field> member = find(name);
  return member ? member->string() : std::string();
}

std::vector<std::string> Field::strings_or_none(std::string_view name) const {
  const std::optional<Field> member = find(name);
  return member ? member->strings() : std::vector<std::string>();
}

std::vector<Field> Field::objects_or_none(std::string_view name) const {
  const std::optional<Field> member = find(name);
  return member ? member->elements("objects") : std::vector<Field>();
}

}  // namespace scrim::bundle
