// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "libprofile/document/diagnostic.h"

namespace scrim::document::json {

class Value;

struct Member;  // one "name": value of an object, in file order

// A JSON value (RFC 8259) that remembers where it stood. A tree of values: copyable, comparable, printable.
class Value {
 public:
  using Array = std::vector<Value>;
  using Object = std::vector<Member>;
  // Numbers without fraction or exponent keep all 64 bits: seccomp argument values need them.
  using Data =
      std::variant<std::nullptr_t, bool, std::int64_t, std::uint64_t, double, std::string, Array, Object>;

  Value();
  explicit Value(Position at);  // null
  explicit Value(Data data, Position at = {});
  Value(const Value&);
  Value(Value&&) noexcept;
  Value& operator=(const Value&);
  Value& operator=(Value&&) noexcept;
  ~Value();

  [[nodiscard]] Position position() const { return at_; }
  [[nodiscard]] const Data& data() const { return data_; }
  [[nodiscard]] Data& data() { return data_; }

  [[nodiscard]] bool is_null() const { return std::holds_alternative<std::nullptr_t>(data_); }
  [[nodiscard]] const bool* boolean() const { return std::get_if<bool>(&data_); }
  [[nodiscard]] const std::string* string() const { return std::get_if<std::string>(&data_); }
  [[nodiscard]] const Array* array() const { return std::get_if<Array>(&data_); }
  [[nodiscard]] const Object* object() const { return std::get_if<Object>(&data_); }
  [[nodiscard]] Array* array() { return std::get_if<Array>(&data_); }
  [[nodiscard]] Object* object() { return std::get_if<Object>(&data_); }
  // The number if it is one that the type holds exactly (non-negative for the unsigned one).
  [[nodiscard]] std::optional<std::uint64_t> unsigned_integer() const;
  [[nodiscard]] std::optional<std::int64_t> signed_integer() const;

  // "null", "a boolean", "a number", "a string", "an array", "an object": for messages.
  [[nodiscard]] std::string_view kind() const;

  // The member of an object, or nullptr (also if this is no object). Of equal names the last one
  // counts, as in Go's encoding/json, so that scrim reads what the engine meant.
  [[nodiscard]] const Value* find(std::string_view name) const;
  [[nodiscard]] Value* find(std::string_view name);
  // Adds or replaces a member; this becomes an object if it was null.
  void set(std::string_view name, Value value);
  void erase(std::string_view name);

 private:
  Data data_;
  Position at_;
};

struct Member {
  std::string name;
  Position at;  // of the name
  Value value;
};

// The deepest nesting that parse() accepts.
inline constexpr unsigned max_depth = 128;

// The most values that parse() accepts: one takes some fifty bytes, but may take two in the text.
inline constexpr std::size_t max_values = 1'000'000;

// Parses one JSON document (UTF-8; // and /* */ comments allowed). `file` names it in messages.
// Throws DocumentError on broken text, on text after the value, and beyond max_depth or max_values.
[[nodiscard]] Value parse(std::string_view text, std::string_view file);

// The document without spaces. indent > 0: one member a line, indented by so many spaces a level.
[[nodiscard]] std::string to_text(const Value& value, unsigned indent = 0);

}  // namespace scrim::document::json
