// SPDX-License-Identifier: Apache-2.0
#include "launcher/init/sysctl.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "launcher/os/mount.h"
#include "libprofile/error.h"
#include "libprofile/text.h"

namespace scrim::init {

namespace {

// Of this instance, whatever is mounted over parts of it.
os::Fd open_setting(const os::Fd& proc, const std::string& name) {
  open_how how{};
  how.flags = std::uint64_t{O_WRONLY} | std::uint64_t{O_CLOEXEC};
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_XDEV | RESOLVE_NO_SYMLINKS;
  return os::Fd(
      static_cast<int>(syscall(SYS_openat2, proc.get(), concat("sys/", name).c_str(), &how, sizeof how)));
}

}  // namespace

void write_sysctl(const std::vector<bundle::Setting>& settings, os::Fd proc) {
  bool is_private = false;
  for (const bundle::Setting& setting : settings) {
    const std::string doing = concat("set sysctl ", setting.name, " to ", setting.value);
    os::Fd file = proc ? open_setting(proc, setting.name) : os::Fd();
    // There is none, a part of it is covered, or it shows processes alone (proc(5), subset=pid).
    if (!file && !is_private) {
      proc = os::new_mount("proc", "proc", {}, {}, "proc, for linux.sysctl");
      is_private = true;
      file = open_setting(proc, setting.name);
    }
    if (!file) throw_errno(doing);
    try {
      os::write_all(file.get(), setting.value, doing);
    } catch (const SystemError& error) {
      throw SystemError(error.code(), doing);
    }
  }
}

}  // namespace scrim::init
