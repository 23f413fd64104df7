// SPDX-License-Identifier: Apache-2.0
#include "launcher/init/sysctl.h"

#include <fcntl.h>

#include "launcher/os/in_root.h"
#include "launcher/os/mount.h"
#include "libprofile/error.h"
#include "libprofile/text.h"

namespace scrim::init {

void write_sysctl(const std::vector<bundle::Setting>& settings) {
  if (settings.empty()) return;
  const os::Fd proc = os::new_mount("proc", "proc", {}, {}, "proc, for linux.sysctl");
  for (const bundle::Setting& setting : settings) {
    const std::string doing = concat("set sysctl ", setting.name, " to ", setting.value);
    try {
      const os::Fd file = os::open_in_root(proc, concat("sys/", setting.name), O_WRONLY);
      os::write_all(file.get(), setting.value, doing);
    } catch (const SystemError& error) {
      throw SystemError(error.code(), doing);
    }
  }
}

}  // namespace scrim::init
