// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "launcher/cli/command.h"
#include "libprofile/inspect/container.h"

namespace scrim::cli {

inline constexpr std::string_view scrims = "scrim";  // the engine of containers that scrim keeps itself

// Containers that processes can be told to be in: scrim's that run (as far as the caller may see them), and
// those of engines.
[[nodiscard]] inspect::Containers known_containers(const Context& context);

}  // namespace scrim::cli
