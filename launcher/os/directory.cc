// SPDX-License-Identifier: Apache-2.0
#include "launcher/os/directory.h"

#include <dirent.h>
#include <fcntl.h>

#include <cerrno>
#include <memory>
#include <string_view>

#include "libprofile/error.h"
#include "libprofile/text.h"

namespace scrim::os {

std::vector<std::string> names_in(const Fd& directory, const std::string& name) {
  // Opened once more: closedir(3) closes it, and a duplicate would share its position.
  Fd own(openat(directory.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!own) throw_errno(concat("list ", name));
  const std::unique_ptr<DIR, int (*)(DIR*)> entries(fdopendir(own.get()), closedir);
  if (!entries) throw_errno(concat("list ", name));
  (void)own.release();
  std::vector<std::string> names;
  for (;;) {
    // The end and a failure differ in errno alone (readdir(3)).
    errno = 0;
    const dirent* const entry = readdir(entries.get());
    if (entry == nullptr && errno != 0) throw_errno(concat("list ", name));
    if (entry == nullptr) return names;
    const std::string_view entry_name = static_cast<const char*>(entry->d_name);
    if (entry_name != "." && entry_name != "..") names.emplace_back(entry_name);
  }
}

}  // namespace scrim::os
