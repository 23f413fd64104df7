// SPDX-License-Identifier: Apache-2.0
#include "launcher/init/security_label.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "libprofile/error.h"
#include "libprofile/text.h"

namespace scrim::init {

namespace {

bool apparmor_is_enabled() {
  const os::Fd enabled(::open("/sys/module/apparmor/parameters/enabled", O_RDONLY | O_CLOEXEC));
  char answer = 'N';
  return enabled && read(enabled.get(), &answer, 1) == 1 && answer == 'Y';
}

bool selinux_is_enabled() {
  return access("/sys/fs/selinux/enforce", F_OK) == 0;
}

os::Fd open_procfs() {
  os::Fd proc = os::open("/proc", O_PATH | O_DIRECTORY | O_NOFOLLOW);
  struct statfs file_system {};
  if (fstatfs(proc.get(), &file_system) != 0) throw_errno("look at /proc");
  if (file_system.f_type != PROC_SUPER_MAGIC)
    throw Error("apply the security label: /proc is not procfs (mount proc on /proc)");
  return proc;
}

// Empty, with errno set, if it cannot be opened.
os::Fd open_unmounted(const os::Fd& proc, const char* path) {
  open_how how{};
  how.flags = O_WRONLY | O_CLOEXEC;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_XDEV | RESOLVE_NO_MAGICLINKS;
  return os::Fd(static_cast<int>(syscall(SYS_openat2, proc.get(), path, &how, sizeof how)));
}

}  // namespace

void refuse_mount_label(const std::string& label) {
  if (!label.empty() && selinux_is_enabled())
    throw Error(concat("linux.mountLabel ", label,
                       ": mounts are not labelled yet (SELinux is enabled on this host)"));
}

SecurityLabel::SecurityLabel(const bundle::Process& process) {
  if (!process.apparmor_profile.empty()) {
    if (!apparmor_is_enabled())
      throw Error(concat("apply AppArmor profile ", process.apparmor_profile,
                         ": AppArmor is not enabled on this host"));
    module_ = Module::apparmor;
    text_ = concat("exec ", process.apparmor_profile);
  } else if (!process.selinux_label.empty() && selinux_is_enabled()) {
    module_ = Module::selinux;
    text_ = process.selinux_label;
  }
}

void SecurityLabel::open() {
  if (module_ == Module::none) return;
  const os::Fd proc = open_procfs();
  // Linux 5.8 gave AppArmor a directory of its own, so that stacked modules do not share a file.
  if (module_ == Module::apparmor) attribute_ = open_unmounted(proc, "self/attr/apparmor/exec");
  if (!attribute_) attribute_ = open_unmounted(proc, "self/attr/exec");
  if (attribute_) return;
  if (errno == EXDEV) throw Error("apply the security label: something is mounted over /proc/self/attr");
  throw_errno("open /proc/self/attr/exec");
}

void SecurityLabel::apply_on_exec() const {
  if (attribute_) os::write_all(attribute_.get(), text_, concat("security label \"", text_, "\""));
}

}  // namespace scrim::init
