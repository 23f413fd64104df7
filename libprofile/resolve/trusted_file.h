// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace scrim::resolve {

// Files that decide which filter every container gets: what only root can write. Throws Error if this process
// is root and the file belongs to another user, or others can write it; `fd` was opened from `path`.
void refuse_if_others_can_write(int fd, const std::string& path);

// The text of such a file. Throws SystemError, Error.
[[nodiscard]] std::string read_trusted(const std::string& path);

}  // namespace scrim::resolve
