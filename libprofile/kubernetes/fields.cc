// SPDX-License-Identifier: Apache-2.0
#include "libprofile/kubernetes/fields.h"

#include <algorithm>

#include "libprofile/document/field_reader.h"
#include "libprofile/text.h"

namespace scrim::kubernetes {

using document::Position;
using document::json::Member;
using document::json::Value;

bool is_among(std::string_view word, std::string_view words) {
  const std::vector<std::string_view> all = split(words, ' ');
  return std::ranges::find(all, word) != all.end();
}

Fields::Fields(const Value* object, std::string path, std::string_view file)
    : object_(object), path_(std::move(path)), file_(file) {
  if (object_ != nullptr && object_->object() == nullptr)
    throw document::DocumentError(file_, object_->position(),
                                  concat(path_.empty() ? "an object of Kubernetes" : printable(path_),
                                         " must be an object, not ", object_->kind()));
}

Position Fields::position() const {
  return object_ == nullptr ? Position{} : object_->position();
}

Position Fields::position_of(std::string_view name) const {
  const Value* value = find(name);
  return value == nullptr ? position() : value->position();
}

const Value* Fields::find(std::string_view name) const {
  const Value* value = object_ == nullptr ? nullptr : object_->find(name);
  return value == nullptr || value->is_null() ? nullptr : value;
}

static std::string below(const std::string& path, std::string_view name) {
  return concat(path, path.empty() ? "" : ".", name);
}

void Fields::refuse(const Value& value, std::string_view name, std::string_view wanted) const {
  const std::string* text = value.string();
  throw document::DocumentError(
      file_, value.position(),
      concat(printable(below(path_, name)), " must be ", wanted, ", not ", value.kind(),
             text == nullptr ? "" : concat(" (", quoted(*text), ")")));
}

Fields Fields::object(std::string_view name) const {
  return {find(name), below(path_, name), file_};
}

const Value::Array* Fields::array(std::string_view name) const {
  const Value* value = find(name);
  if (value != nullptr && value->array() == nullptr) refuse(*value, name, "an array");
  return value == nullptr ? nullptr : value->array();
}

std::vector<Fields> Fields::objects(std::string_view name) const {
  std::vector<Fields> all;
  if (const Value::Array* elements = array(name))
    for (const Value& element : *elements)
      all.emplace_back(&element, concat(below(path_, name), "[", all.size(), "]"), file_);
  return all;
}

std::optional<std::string> Fields::text(std::string_view name) const {
  const Value* value = find(name);
  if (value == nullptr) return std::nullopt;
  if (value->string() == nullptr) refuse(*value, name, "a string");
  return *value->string();
}

std::string Fields::text_or_empty(std::string_view name) const {
  return text(name).value_or(std::string());
}

std::vector<std::string> Fields::texts(std::string_view name) const {
  std::vector<std::string> all;
  if (const Value::Array* elements = array(name))
    for (const Value& element : *elements) {
      if (element.string() == nullptr) refuse(element, concat(name, "[", all.size(), "]"), "a string");
      all.push_back(*element.string());
    }
  return all;
}

std::optional<bool> Fields::boolean(std::string_view name) const {
  const Value* value = find(name);
  if (value == nullptr) return std::nullopt;
  if (value->boolean() == nullptr) refuse(*value, name, "a boolean");
  return *value->boolean();
}

std::optional<std::int64_t> Fields::integer(std::string_view name) const {
  const Value* value = find(name);
  if (value == nullptr) return std::nullopt;
  const std::optional<std::int64_t> number = value->signed_integer();
  if (!number) refuse(*value, name, "an integer");
  return number;
}

void Fields::check(std::string_view words, document::Warnings& warnings) const {
  if (object_ == nullptr) return;
  const std::vector<std::string_view> known = split(words, ' ');
  constexpr std::size_t enough = 50;
  for (const Member& member : *object_->object()) {
    if (std::ranges::find(known, member.name) != known.end() || warnings.size() >= enough) continue;
    warnings.push_back({document::located(file_, member.at,
                                          concat("unknown field ", quoted(below(path_, member.name)),
                                                 document::FieldReader::did_you_mean(member.name, known),
                                                 ": kubectl refuses it, other clients have it dropped"))});
  }
}

}  // namespace scrim::kubernetes
