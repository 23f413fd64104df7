// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "launcher/cli/command.h"
#include "libprofile/inspect/container.h"

namespace scrim::cli {

inline constexpr std::string_view scrims = "scrim";  // the engine of containers that scrim keeps itself

// Containers that processes can be told to be in: scrim's that run (as far as the caller may see them), those
// of engines, and those that runc or crun alone keep, in /run/runc, /run/crun and `runtime_roots` (their
// --root).
[[nodiscard]] inspect::Containers known_containers(const Context& context,
                                                   const std::vector<std::string>& runtime_roots = {});

}  // namespace scrim::cli
