// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libprofile/document/json.h"

// JSON of what a program found out, to be printed.
namespace scrim::document::json {

// What is no UTF-8 is replaced (text.h, utf8()).
[[nodiscard]] Value json_of(std::string_view text);
[[nodiscard]] Value json_of(std::uint64_t number);
[[nodiscard]] Value json_of(const std::vector<std::string>& texts);

// Not json_of(bool): a pointer would become that.
[[nodiscard]] Value truth(bool value);
[[nodiscard]] Value array_of(Value::Array elements);

[[nodiscard]] Value text_or_null(std::string_view text);  // null: it is empty
[[nodiscard]] Value truth_or_null(std::optional<bool> value);
[[nodiscard]] Value number_or_null(std::optional<std::int64_t> value);

}  // namespace scrim::document::json
