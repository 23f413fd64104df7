// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

// What programs that runtimes call as hooks have in common: output, and telling somebody.
namespace scrim::hooks {

void write_all(int fd, std::string_view text);

// Says it on standard error or, where that is /dev/null (Podman opens it so for precreate hooks:
// containers-common, pkg/hooks/exec/exec.go), in the system's log, as one line without what a terminal would
// obey. priority: syslog(3)'s.
void report(std::string_view program, int priority, std::string_view kind, std::string_view what);

}  // namespace scrim::hooks
