// SPDX-License-Identifier: Apache-2.0
#include "launcher/init/console.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/ioctl.h>
#include <sys/vfs.h>
#include <termios.h>
#include <unistd.h>

#include "launcher/os/in_root.h"
#include "launcher/os/mount.h"
#include "libprofile/error.h"

namespace scrim::init {

Console open_console(const os::Fd& root, std::optional<bundle::ConsoleSize> size) {
  Console console;
  console.master = os::open_in_root(root, "/dev/pts/ptmx", O_RDWR | O_NOCTTY);
  // Something else named ptmx could be the image's (CVE-2025-52565): only devpts gives terminals.
  struct statfs file_system {};
  if (fstatfs(console.master.get(), &file_system) != 0) throw_errno("look at /dev/pts/ptmx");
  if (file_system.f_type != DEVPTS_SUPER_MAGIC)
    throw Error("open the container's terminal: /dev/pts/ptmx is not of devpts (mount devpts on /dev/pts)");
  const int unlocked = 0;
  if (ioctl(console.master.get(), TIOCSPTLCK, &unlocked) != 0) throw_errno("unlock the container's terminal");
  console.slave = os::Fd(ioctl(console.master.get(), TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC));
  if (!console.slave) throw_errno("open the container's terminal");
  if (size) {
    const winsize window{size->height, size->width, 0, 0};
    if (ioctl(console.master.get(), TIOCSWINSZ, &window) != 0)
      throw_errno("set the size of the container's terminal");
  }
  return console;
}

void bind_console(const os::Fd& root, const os::Fd& slave) {
  const std::string what = "the terminal on /dev/console";
  const os::Fd place = os::make_file_in_root(root, "/dev/console");
  os::attach_mount(os::clone_mount(slave, false, what), place, what);
}

void use_console(const os::Fd& slave) {
  if (ioctl(slave.get(), TIOCSCTTY, 0) != 0) throw_errno("make the terminal the controlling one");
  for (const int standard : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    if (dup2(slave.get(), standard) < 0) throw_errno("make the terminal standard input and output");
}

}  // namespace scrim::init
