// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "launcher/os/fd.h"

namespace scrim::init {

// linux.readonlyPaths: each path that exists becomes a read-only mount of itself, with what is mounted below
// it.
void make_readonly(const std::vector<std::string>& paths, const os::Fd& root);

// linux.maskedPaths: files are covered with the host's /dev/null, directories with an empty read-only tmpfs.
// Done before pivot_root(2), so that no /dev/null of the container's is believed in (CVE-2025-31133).
void mask(const std::vector<std::string>& paths, const os::Fd& root);

}  // namespace scrim::init
