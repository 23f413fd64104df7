// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "libprofile/document/json.h"

// YAML as Kubernetes reads it (sigs.k8s.io/yaml, which is go-yaml v2): into JSON's values, with their
// positions.
namespace scrim::document::yaml {

// More than an API server takes in one request (3 MiB), and read in a second or two whatever it says.
inline constexpr std::size_t max_size = std::size_t{4} << 20;
// Characters that may begin a token, in one value: yaml-cpp keeps up to 350 bytes for each until the
// outermost flow collection ends.
inline constexpr std::size_t max_indicators = std::size_t{1} << 18;

// The documents of the text that are not empty. JSON is YAML as well. `file` names it in messages.
//
// Plain scalars mean what they mean to Kubernetes: yes, no, on, off, y and n are booleans, 0777 is octal, a
// timestamp is a string. An alias becomes a copy of what its anchor marks, with the positions of that. "<<"
// merges maps.
//
// Throws DocumentError on broken text, on a key that a map has twice, and beyond max_size bytes,
// json::max_depth or json::max_values, all of which are counted after aliases are resolved, too.
[[nodiscard]] std::vector<json::Value> parse(std::string_view text, std::string_view file);

}  // namespace scrim::document::yaml
