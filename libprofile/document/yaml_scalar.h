// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "libprofile/document/json.h"

namespace scrim::document::yaml {

// Tags as yaml-cpp resolves them: a plain scalar without a tag, and a quoted one.
inline constexpr std::string_view plain_tag = "?";
inline constexpr std::string_view quoted_tag = "!";

// What a scalar means to go-yaml v2 (its resolve.go). Nothing if it is not of the type that the tag names, or
// a number that JSON does not have (.inf, .nan).
[[nodiscard]] std::optional<json::Value::Data> scalar_value(std::string_view tag, std::string_view text);

// Whether this key merges maps (yaml.org/type/merge.html).
[[nodiscard]] bool is_merge_key(std::string_view tag, std::string_view text);

}  // namespace scrim::document::yaml
