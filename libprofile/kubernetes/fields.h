// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libprofile/document/json.h"

namespace scrim::kubernetes {

// Whether it is one of these words, between which there is a space. Lists of names are such texts, not arrays
// of views: each view in a static-pie program is a relocation, which every start of a container pays for.
[[nodiscard]] bool is_among(std::string_view word, std::string_view words);

// One object of a manifest, and where it is: "spec.containers[0]". Null counts as not set, as in Go. What is
// of another type throws DocumentError, as the API server refuses it.
class Fields {
 public:
  // `object`: nullptr if there is none, and then no field is set.
  Fields(const document::json::Value* object, std::string path, std::string_view file);

  [[nodiscard]] bool is_set() const { return object_ != nullptr; }
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] document::Position position() const;
  [[nodiscard]] document::Position position_of(std::string_view name) const;

  [[nodiscard]] const document::json::Value* value() const { return object_; }
  [[nodiscard]] const document::json::Value* find(std::string_view name) const;
  [[nodiscard]] Fields object(std::string_view name) const;
  [[nodiscard]] std::vector<Fields> objects(std::string_view name) const;  // of an array
  [[nodiscard]] std::optional<std::string> text(std::string_view name) const;
  [[nodiscard]] std::string text_or_empty(std::string_view name) const;
  [[nodiscard]] std::vector<std::string> texts(std::string_view name) const;
  [[nodiscard]] std::optional<bool> boolean(std::string_view name) const;
  [[nodiscard]] std::optional<std::int64_t> integer(std::string_view name) const;

  // Remarks on members that are none of `known` (words with spaces between them), as the API server words it:
  // unknown field "spec.x".
  void check(std::string_view known, document::Warnings& warnings) const;

 private:
  [[nodiscard]] const document::json::Value::Array* array(std::string_view name) const;
  [[noreturn]] void refuse(const document::json::Value& value, std::string_view name,
                           std::string_view wanted) const;

  const document::json::Value* object_;
  std::string path_;
  std::string_view file_;
};

}  // namespace scrim::kubernetes
