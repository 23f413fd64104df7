// SPDX-License-Identifier: Apache-2.0
#include "launcher/init/security_label.h"

#include <fcntl.h>
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

// Linux 5.8 gave each module its own directory, so that stacked ones do not share a file.
os::Fd open_attribute(const char* own, const char* shared) {
  os::Fd attribute(::open(own, O_WRONLY | O_CLOEXEC));
  return attribute ? std::move(attribute) : os::open(shared, O_WRONLY);
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
    attribute_ = open_attribute("/proc/self/attr/apparmor/exec", "/proc/self/attr/exec");
    text_ = concat("exec ", process.apparmor_profile);
  } else if (!process.selinux_label.empty() && selinux_is_enabled()) {
    attribute_ = os::open("/proc/self/attr/exec", O_WRONLY);
    text_ = process.selinux_label;
  }
}

void SecurityLabel::apply_on_exec() const {
  if (attribute_) os::write_all(attribute_.get(), text_, concat("security label \"", text_, "\""));
}

}  // namespace scrim::init
