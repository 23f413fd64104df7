// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "libprofile/document/json.h"

namespace scrim::resolve {

// Text of somebody else's for a message, as a JSON string: no newline or NUL of it can forge or cut off a
// line.
[[nodiscard]] inline std::string quoted(std::string_view text) {
  return document::json::to_text(document::json::Value(std::string(text)));
}

}  // namespace scrim::resolve
