// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "launcher/os/fd.h"

namespace scrim::os {

// Copies what a directory holds into another one: files, directories and symbolic links with mode and owner;
// links are not followed, and what else lies there (devices, sockets, FIFOs) is left out. Throws Error beyond
// 64 levels.
void copy_tree(const Fd& from, const Fd& to, const std::string& what);

}  // namespace scrim::os
