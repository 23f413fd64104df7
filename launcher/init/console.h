// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "launcher/bundle/spec.h"
#include "launcher/os/fd.h"

namespace scrim::init {

// A pseudo-terminal of the container's own devpts (pty(7)).
struct Console {
  os::Fd master;
  os::Fd slave;
};

// Makes one in the devpts mounted on `root`/dev/pts, of the given size.
[[nodiscard]] Console open_console(const os::Fd& root, std::optional<bundle::ConsoleSize> size);

// Binds it on `root`/dev/console.
void bind_console(const os::Fd& root, const os::Fd& slave);

// Makes the slave standard input, output and error of this process, and its controlling terminal. The process
// must lead its session.
void use_console(const os::Fd& slave);

}  // namespace scrim::init
