// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "launcher/os/fd.h"

// Paths inside a root file system that somebody else wrote. Symbolic links and ".." are followed as the
// container would see them and never leave the root (openat2(2), RESOLVE_IN_ROOT).
namespace scrim::os {

// Opens a path inside `root`, close-on-exec. Magic links (/proc/PID/fd/…) are not followed.
// Throws SystemError "open PATH in the root file system: …".
[[nodiscard]] Fd open_in_root(const Fd& root, const std::string& path, int flags);
// The same, but nothing where the path does not exist (ENOENT, ENOTDIR).
[[nodiscard]] std::optional<Fd> find_in_root(const Fd& root, const std::string& path, int flags);

// The directory at that path (O_PATH), made with its parents (mode 0755) where it does not exist.
[[nodiscard]] Fd make_directory_in_root(const Fd& root, const std::string& path);
// The file at that path (O_PATH), made empty (mode 0644), with its parents, where it does not exist.
[[nodiscard]] Fd make_file_in_root(const Fd& root, const std::string& path);

// "/a/b/c" -> {"/a/b", "c"}
struct SplitPath {
  std::string directory;
  std::string name;
};
[[nodiscard]] SplitPath split_last(const std::string& path);

}  // namespace scrim::os
