// SPDX-License-Identifier: Apache-2.0
#include "libprofile/document/json_of.h"

#include <utility>

#include "libprofile/text.h"

namespace scrim::document::json {

Value json_of(std::string_view text) {
  return Value(Value::Data(utf8(text)));
}
Value json_of(std::uint64_t number) {
  return Value(Value::Data(number));
}
Value json_of(const std::vector<std::string>& texts) {
  Value::Array array;
  for (const std::string& each : texts) array.push_back(json_of(std::string_view(each)));
  return array_of(std::move(array));
}

Value truth(bool value) {
  return Value(Value::Data(value));
}
Value array_of(Value::Array elements) {
  return Value(Value::Data(std::move(elements)));
}

Value text_or_null(std::string_view text) {
  return text.empty() ? Value() : json_of(text);
}
Value truth_or_null(std::optional<bool> value) {
  return value ? truth(*value) : Value();
}
Value number_or_null(std::optional<std::int64_t> value) {
  return value ? Value(Value::Data(*value)) : Value();
}

}  // namespace scrim::document::json
