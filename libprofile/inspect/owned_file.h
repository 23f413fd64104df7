// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>

#include "libprofile/document/json.h"

// Files of engines and runtimes, which nobody else may have written.
namespace scrim::inspect {

// A JSON file: not followed if it is a link, not read if somebody else owns it. Links above it stay below
// `root` ("": /), which may be another mount namespace' whose files others write. Throws Error.
[[nodiscard]] document::json::Value read_owned(const std::string& root, const std::string& below, uid_t user);

// A member that is a string; empty if it is none.
[[nodiscard]] std::string text_at(const document::json::Value& object, std::string_view name);

}  // namespace scrim::inspect
