// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "launcher/bundle/spec.h"
#include "launcher/os/fd.h"

namespace scrim::init {

// linux.mountLabel cannot be given to mounts yet: throws Error where SELinux would look at it.
void refuse_mount_label(const std::string& label);

// process.apparmorProfile and process.selinuxLabel: what the kernel is to confine the program to from
// execve(2) on.
class SecurityLabel {
 public:
  // Looks at the host's /sys for what the kernel can do. As in runc, an AppArmor profile without AppArmor is
  // an error, an SELinux label without SELinux means nothing.
  explicit SecurityLabel(const bundle::Process& process);

  // Opens the kernel's file for it, for this process, by whatever /proc it has. That may be the container's:
  // it has to be procfs, and nothing may be mounted over the file (CVE-2019-16884, CVE-2023-28642,
  // CVE-2025-52881). Throws Error otherwise.
  void open();

  // Takes effect at the next execve of this thread; children of it would have it too, so nothing is started
  // after this.
  void apply_on_exec() const;

 private:
  enum class Module { none, apparmor, selinux };
  Module module_ = Module::none;
  os::Fd attribute_;
  std::string text_;
};

}  // namespace scrim::init
