// SPDX-License-Identifier: Apache-2.0
#include <rapidjson/prettywriter.h>
#include <rapidjson/stringbuffer.h>

#include <algorithm>

#include "libprofile/document/json.h"

namespace scrim::document::json {

Value::Value() : data_(nullptr) {}
Value::Value(Position at) : data_(nullptr), at_(at) {}
Value::Value(Data data, Position at) : data_(std::move(data)), at_(at) {}
Value::Value(const Value&) = default;
Value::Value(Value&&) noexcept = default;
Value& Value::operator=(const Value&) = default;
Value& Value::operator=(Value&&) noexcept = default;
Value::~Value() = default;

std::optional<std::uint64_t> Value::unsigned_integer() const {
  if (const auto* number = std::get_if<std::uint64_t>(&data_)) return *number;
  if (const auto* number = std::get_if<std::int64_t>(&data_); number != nullptr && *number >= 0)
    return static_cast<std::uint64_t>(*number);
  return std::nullopt;
}

std::optional<std::int64_t> Value::signed_integer() const {
  if (const auto* number = std::get_if<std::int64_t>(&data_)) return *number;
  if (const auto* number = std::get_if<std::uint64_t>(&data_); number != nullptr && *number <= INT64_MAX)
    return static_cast<std::int64_t>(*number);
  return std::nullopt;
}

std::string_view Value::kind() const {
  struct Kind {
    std::string_view operator()(std::nullptr_t) const { return "null"; }
    std::string_view operator()(bool) const { return "a boolean"; }
    std::string_view operator()(std::int64_t) const { return "a number"; }
    std::string_view operator()(std::uint64_t) const { return "a number"; }
    std::string_view operator()(double) const { return "a number"; }
    std::string_view operator()(const std::string&) const { return "a string"; }
    std::string_view operator()(const Array&) const { return "an array"; }
    std::string_view operator()(const Object&) const { return "an object"; }
  };
  return std::visit(Kind{}, data_);
}

const Value* Value::find(std::string_view name) const {
  const Object* members = object();
  if (members == nullptr) return nullptr;
  const auto found = std::find_if(members->rbegin(), members->rend(),
                                  [&](const Member& member) { return member.name == name; });
  return found == members->rend() ? nullptr : &found->value;
}

Value* Value::find(std::string_view name) {
  return const_cast<Value*>(std::as_const(*this).find(name));
}

void Value::set(std::string_view name, Value value) {
  if (Value* present = find(name)) {
    *present = std::move(value);
    return;
  }
  if (is_null()) data_ = Object{};
  std::get<Object>(data_).push_back({std::string(name), {}, std::move(value)});
}

void Value::erase(std::string_view name) {
  if (Object* members = object())
    std::erase_if(*members, [&](const Member& member) { return member.name == name; });
}

namespace {

template <typename Writer>
struct Emit {
  Writer& writer;

  void operator()(std::nullptr_t) const { writer.Null(); }
  void operator()(bool value) const { writer.Bool(value); }
  void operator()(std::int64_t value) const { writer.Int64(value); }
  void operator()(std::uint64_t value) const { writer.Uint64(value); }
  void operator()(double value) const { writer.Double(value); }
  void operator()(const std::string& value) const { string(value); }
  void operator()(const Value::Array& array) const {
    writer.StartArray();
    for (const Value& value : array) std::visit(*this, value.data());
    writer.EndArray();
  }
  void operator()(const Value::Object& object) const {
    writer.StartObject();
    for (const Member& member : object) {
      string(member.name);
      std::visit(*this, member.value.data());
    }
    writer.EndObject();
  }

 private:
  void string(const std::string& text) const {
    writer.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
  }
};

}  // namespace

std::string to_text(const Value& value, unsigned indent) {
  rapidjson::StringBuffer buffer;
  if (indent == 0) {
    rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
    std::visit(Emit<decltype(writer)>{writer}, value.data());
  } else {
    rapidjson::PrettyWriter<rapidjson::StringBuffer> writer(buffer);
    writer.SetIndent(' ', indent);
    std::visit(Emit<decltype(writer)>{writer}, value.data());
  }
  return {buffer.GetString(), buffer.GetSize()};
}

}  // namespace scrim::document::json
