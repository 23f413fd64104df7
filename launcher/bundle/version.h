// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

namespace scrim::bundle {

// The major version of "1.2.1-dev+build" (SemVer 2.0.0), as written; nothing if the text is no such version.
[[nodiscard]] std::optional<std::string_view> semantic_version_major(std::string_view version);

}  // namespace scrim::bundle
