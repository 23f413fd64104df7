// SPDX-License-Identifier: Apache-2.0
#include "launcher/os/own_program.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "launcher/os/c_strings.h"
#include "launcher/os/fd.h"
#include "launcher/os/own_image.h"
#include "libprofile/error.h"

namespace scrim::os {

namespace {

constexpr int all_seals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
constexpr const char* doing = "protect this program from the container";

bool is_readonly(const Fd& program) {
  struct statvfs file_system {};
  if (fstatvfs(program.get(), &file_system) != 0) throw_errno(doing);
  if ((file_system.f_flag & ST_RDONLY) != 0) return true;
  const int seals = fcntl(program.get(), F_GET_SEALS);  // of a memfd only
  return seals >= 0 && (seals & all_seals) == all_seals;
}

// Empty without the privilege to mount.
Fd readonly_mount(const Fd& program) {
  Fd mount(open_tree(program.get(), "",
                     unsigned{OPEN_TREE_CLONE} | unsigned{OPEN_TREE_CLOEXEC} | unsigned{AT_EMPTY_PATH}));
  mount_attr readonly{};
  readonly.attr_set = MOUNT_ATTR_RDONLY;
  if (!mount || mount_setattr(mount.get(), "", AT_EMPTY_PATH, &readonly, sizeof readonly) != 0) return Fd();
  return mount;
}

Fd sealed_copy(const Fd& program) {
  struct stat status {};
  Fd copy(memfd_create("scrim", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!copy || fstat(program.get(), &status) != 0) throw_errno(doing);
  for (off_t done = 0; done < status.st_size;) {
    const ssize_t sent =
        sendfile(copy.get(), program.get(), &done, static_cast<std::size_t>(status.st_size - done));
    if (sent <= 0) throw_errno(doing);
  }
  if (fchmod(copy.get(), 0755) != 0 || fcntl(copy.get(), F_ADD_SEALS, all_seals) != 0) throw_errno(doing);
  return copy;
}

}  // namespace

Fd run_from_readonly(const std::vector<std::string>& arguments) {
  const Fd program = open("/proc/self/exe", O_RDONLY);
  if (is_readonly(program)) {
    // execveat(2) names the process after the descriptor's number.
    prctl(PR_SET_NAME, "scrim", 0, 0, 0);
    return {};
  }
  Fd protected_program = readonly_mount(program);
  if (protected_program && move_image_to(open(proc_path(protected_program), O_RDONLY)))
    return protected_program;
  if (!protected_program) protected_program = sealed_copy(program);
  execveat(protected_program.get(), "", c_strings(arguments).data(), environ, AT_EMPTY_PATH);
  throw_errno(doing);
}

}  // namespace scrim::os
