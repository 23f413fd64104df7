// SPDX-License-Identifier: Apache-2.0
#include "launcher/cgroup/settings.h"

#include <algorithm>

#include "libprofile/text.h"

namespace scrim::cgroup {

namespace json = document::json;

[[noreturn]] static void refuse_type(const json::Value& value, const std::string& file,
                                     const std::string& name, std::string_view wanted) {
  throw document::DocumentError(file, value.position(),
                                concat(name, ": ", wanted, " expected, not ", value.kind()));
}

Settings::Settings(const json::Value* value, std::string name, std::string file)
    : value_(value == nullptr || value->is_null() ? nullptr : value),
      name_(std::move(name)),
      file_(std::move(file)) {
  if (value_ != nullptr && value_->object() == nullptr) refuse_type(*value_, file_, name_, "an object");
}

const json::Value* Settings::find(std::string_view member) {
  read_.emplace_back(member);
  const json::Value* value = value_ == nullptr ? nullptr : value_->find(member);
  return value == nullptr || value->is_null() ? nullptr : value;
}

std::string Settings::name_of(std::string_view member) const {
  return concat(name_, ".", member);
}

void Settings::refuse(std::string_view member, std::string_view why) const {
  const json::Value* value = value_ == nullptr ? nullptr : value_->find(member);
  throw document::DocumentError(file_, value == nullptr ? document::Position{} : value->position(),
                                concat(name_of(member), ": ", why));
}

std::optional<std::int64_t> Settings::integer(std::string_view member) {
  const json::Value* value = find(member);
  if (value == nullptr) return std::nullopt;
  const std::optional<std::int64_t> number = value->signed_integer();
  if (!number) refuse_type(*value, file_, name_of(member), "an integer of at most 63 bits");
  return number;
}

std::optional<std::int64_t> Settings::limit(std::string_view member) {
  const std::optional<std::int64_t> number = integer(member);
  return number == 0 ? std::nullopt : number;
}

bool Settings::boolean(std::string_view member) {
  const json::Value* value = find(member);
  if (value == nullptr) return false;
  if (value->boolean() == nullptr) refuse_type(*value, file_, name_of(member), "true or false");
  return *value->boolean();
}

std::string Settings::string(std::string_view member) {
  const json::Value* value = find(member);
  if (value == nullptr) return "";
  if (value->string() == nullptr) refuse_type(*value, file_, name_of(member), "a string");
  return *value->string();
}

Settings Settings::object(std::string_view member) {
  return {find(member), name_of(member), file_};
}

std::vector<Settings> Settings::objects(std::string_view member) {
  std::vector<Settings> out;
  const json::Value* value = find(member);
  if (value == nullptr) return out;
  if (value->array() == nullptr) refuse_type(*value, file_, name_of(member), "an array");
  for (const json::Value& element : *value->array())
    out.emplace_back(&element, concat(name_of(member), "[", out.size(), "]"), file_);
  return out;
}

std::vector<std::pair<std::string, Settings>> Settings::each_object() {
  std::vector<std::pair<std::string, Settings>> out;
  if (value_ == nullptr) return out;
  for (const json::Member& member : *value_->object()) out.emplace_back(member.name, object(member.name));
  return out;
}

std::vector<std::pair<std::string, std::string>> Settings::each_string() {
  std::vector<std::pair<std::string, std::string>> out;
  if (value_ == nullptr) return out;
  for (const json::Member& member : *value_->object()) out.emplace_back(member.name, string(member.name));
  return out;
}

bool asks_for_something(const json::Value& value) {
  if (const bool* boolean = value.boolean()) return *boolean;
  if (const std::string* string = value.string()) return !string->empty();
  if (const json::Value::Array* array = value.array()) return !array->empty();
  if (const json::Value::Object* object = value.object())
    return std::any_of(object->begin(), object->end(),
                       [](const json::Member& member) { return asks_for_something(member.value); });
  return !value.is_null() && value.signed_integer() != 0;
}

void Settings::warn_of_rest(std::string_view where, document::Warnings& warnings) const {
  if (value_ == nullptr) return;
  for (const json::Member& member : *value_->object())
    if (std::find(read_.begin(), read_.end(), member.name) == read_.end() && asks_for_something(member.value))
      warnings.push_back(
          {document::located(file_, member.at, concat(name_of(member.name), " is not carried out", where))});
}

}  // namespace scrim::cgroup
