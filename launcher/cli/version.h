// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace scrim::cli {

// What --version prints: lines as runc's, by which Docker (moby daemon/info_unix.go, parseRuntimeVersion) and
// others know a runtime, and crun's line of features.
[[nodiscard]] std::string version_text();

}  // namespace scrim::cli
