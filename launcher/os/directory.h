// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "launcher/os/fd.h"

namespace scrim::os {

// What is in a directory, without "." and "..", in the kernel's order; `directory` may be O_PATH. Throws
// SystemError "list NAME: …": one that cannot be listed is not an empty one.
[[nodiscard]] std::vector<std::string> names_in(const Fd& directory, const std::string& name);

}  // namespace scrim::os
