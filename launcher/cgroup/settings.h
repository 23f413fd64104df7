// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libprofile/document/json.h"

namespace scrim::cgroup {

// An object of linux.resources, read member by member; knows in the end what nobody asked for.
// Readers give nothing for members that are absent or null, and throw document::DocumentError for other
// types.
class Settings {
 public:
  // value: may be null. name: "linux.resources.memory". file: what it was read from, for messages.
  Settings(const document::json::Value* value, std::string name, std::string file);

  [[nodiscard]] std::optional<std::int64_t> integer(std::string_view member);
  // Nothing for 0 too: engines write it for "not set" (Go's zero value).
  [[nodiscard]] std::optional<std::int64_t> limit(std::string_view member);
  [[nodiscard]] bool boolean(std::string_view member);
  [[nodiscard]] std::string string(std::string_view member);
  [[nodiscard]] Settings object(std::string_view member);
  // The members of an array of objects, named "….weightDevice[0]".
  [[nodiscard]] std::vector<Settings> objects(std::string_view member);

  // The members of this object as settings each, and as strings each.
  [[nodiscard]] std::vector<std::pair<std::string, Settings>> each_object();
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> each_string();

  // "linux.resources.memory.limit"
  [[nodiscard]] std::string name_of(std::string_view member) const;
  [[noreturn]] void refuse(std::string_view member, std::string_view why) const;

  // Warns of each member that has not been read and asks for something.
  void warn_of_rest(std::string_view where, document::Warnings& warnings) const;

 private:
  const document::json::Value* find(std::string_view member);

  const document::json::Value* value_;
  std::string name_;
  std::string file_;
  std::vector<std::string> read_;
};

// Zero, false and nothing ask for nothing: Go programs write them for "not set".
[[nodiscard]] bool asks_for_something(const document::json::Value& value);

}  // namespace scrim::cgroup
