// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "libprofile/document/json.h"

namespace scrim::document {

// Reads the members of objects strictly and speaks about what is wrong with them. A member that is null
// counts as absent, as Go's encoding/json reads it: engines written in Go write null for an empty list.
class FieldReader {
 public:
  // Both outlive the reader.
  FieldReader(std::string_view file, Warnings& warnings) : file_(file), warnings_(warnings) {}

  [[nodiscard]] std::string_view file() const { return file_; }
  [[noreturn]] void fail(json::Value const& where, std::string_view what) const;
  // A file full of mistakes gets max_warnings remarks and a last one that says so.
  void warn(Position at, std::string_view what);

  // `what` names the value in messages.
  const json::Value::Object& object(const json::Value& value, std::string_view what) const;
  const json::Value::Array& array(const json::Value& value, std::string_view what) const;
  const std::string& text(const json::Value& value, std::string_view what) const;
  std::uint64_t number(const json::Value& value, std::string_view what) const;

  // The same for a member. Nothing, or an empty one, if it is absent.
  static const json::Value* member(const json::Value& object, std::string_view name);
  std::span<const json::Value> array_member(const json::Value& object, std::string_view name) const;
  std::string text_member(const json::Value& object, std::string_view name) const;
  // An error if it is absent: `in` names the object that needs it.
  const json::Value& required(const json::Value& object, std::string_view name, std::string_view in) const;

  // Warns of members that are not among `known`, and of those that stand there twice.
  void check_members(const json::Value& object, std::string_view in, std::span<const std::string_view> known);

  // The value of a name that `look_up` knows. kind: "an action".
  template <std::invocable<std::string_view> LookUp>
  auto named(const json::Value& value, std::string_view field, std::string_view kind, LookUp look_up,
             std::span<const std::string_view> names) const {
    const std::string& name = text(value, field);
    const auto found = look_up(std::string_view(name));
    if (!found) unknown_name(value, name, kind, names);
    return *found;
  }

  // " (did you mean …?)", or nothing if no name is near.
  [[nodiscard]] static std::string did_you_mean(std::string_view word,
                                                std::span<const std::string_view> names);

 private:
  [[noreturn]] void unknown_name(const json::Value& value, std::string_view name, std::string_view kind,
                                 std::span<const std::string_view> names) const;

  static constexpr std::size_t max_warnings = 50;

  std::string_view file_;
  Warnings& warnings_;
  std::size_t warned_ = 0;
};

}  // namespace scrim::document
