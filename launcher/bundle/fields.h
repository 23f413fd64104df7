// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "libprofile/document/diagnostic.h"
#include "libprofile/document/json.h"

// Typed access to a JSON document, with messages that say where: "config.json:12:5: process.args must be …".
namespace scrim::bundle {

// What messages need besides the value. Both outlive every Field made with it.
struct Source {
  const std::string& file;
  document::Warnings& warnings;
};

// A value of the document and its name, as in "linux.devices[2].type". Refers to the document and the Source.
class Field {
 public:
  Field(const document::json::Value& value, std::string path, const Source& source)
      : value_(&value), path_(std::move(path)), source_(&source) {}

  [[nodiscard]] const document::json::Value& value() const { return *value_; }

  // The value cannot be meant. `what` follows the field's name: "must be absolute".
  [[noreturn]] void fail(std::string_view what) const;
  void warn(std::string_view what) const;

  // A member of this object. Nothing if it is absent or null: Go writes its nil slices, maps and pointers as
  // null.
  [[nodiscard]] std::optional<Field> find(std::string_view name) const;
  [[nodiscard]] Field require(std::string_view name) const;
  // Throws unless this is an object.
  void expect_object() const;

  [[nodiscard]] bool boolean() const;
  // Without NUL, which none of the kernel's interfaces could carry.
  [[nodiscard]] std::string string() const;
  [[nodiscard]] std::string non_empty_string() const;
  // A string that starts with '/'.
  [[nodiscard]] std::string absolute_path() const;
  // `of` is for the message: "an array of objects".
  [[nodiscard]] std::vector<Field> elements(std::string_view of) const;
  [[nodiscard]] std::vector<std::string> strings() const;
  // An object's members in file order. Of equal names only the last, as in Go's encoding/json.
  [[nodiscard]] std::vector<std::pair<std::string, Field>> members() const;

  template <std::integral T>
  [[nodiscard]] T integer(T min = std::numeric_limits<T>::min(),
                          T max = std::numeric_limits<T>::max()) const {
    if constexpr (std::unsigned_integral<T>) {
      return static_cast<T>(unsigned_between(min, max));
    } else {
      return static_cast<T>(signed_between(min, max));
    }
  }

  // Members that may be missing.
  [[nodiscard]] bool boolean_or_false(std::string_view name) const;
  [[nodiscard]] std::string string_or_empty(std::string_view name) const;
  [[nodiscard]] std::vector<std::string> strings_or_none(std::string_view name) const;
  [[nodiscard]] std::vector<Field> objects_or_none(std::string_view name) const;

 private:
  [[noreturn]] void fail_kind(std::string_view expected) const;
  [[nodiscard]] std::string path_of(std::string_view member) const;
  [[nodiscard]] std::uint64_t unsigned_between(std::uint64_t min, std::uint64_t max) const;
  [[nodiscard]] std::int64_t signed_between(std::int64_t min, std::int64_t max) const;

  const document::json::Value* value_;
  std::string path_;
  const Source* source_;
};

}  // namespace scrim::bundle
