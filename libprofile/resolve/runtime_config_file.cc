// SPDX-License-Identifier: Apache-2.0
#include <sys/stat.h>

#include <cerrno>

#include "libprofile/resolve/runtime_config.h"
#include "libprofile/resolve/trusted_file.h"

namespace scrim::resolve {

RuntimeConfig load_runtime_config(const std::string& path, bool required) {
  // A symbolic link to nothing is a configuration that somebody meant to have.
  struct stat link {};
  if (!required && lstat(path.c_str(), &link) != 0 && errno == ENOENT) return {};
  return parse_runtime_config(read_trusted(path), path);
}

}  // namespace scrim::resolve
