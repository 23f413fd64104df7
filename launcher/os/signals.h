// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

namespace scrim::os {

// "9", "KILL", "SIGKILL", "sigrtmin+3": the number (1 to SIGRTMAX). Nothing if it is no signal.
[[nodiscard]] std::optional<int> signal_named(std::string_view text);

}  // namespace scrim::os
