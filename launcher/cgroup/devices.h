// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "launcher/bundle/spec.h"

namespace scrim::cgroup {

// linux.resources.devices and after them what every container may: the devices of runtime-spec ("default
// devices"), their terminals, tun, and, unless the rules allow everything else, mknod of any, which gives
// no access.
[[nodiscard]] std::vector<bundle::DeviceRule> with_default_devices(std::vector<bundle::DeviceRule> rules);

// Device rules as the kernel's device cgroup keeps them: one default and the exceptions from it.
struct DeviceTable {
  struct Exception {
    char type = 'c';
    std::int64_t major = any;
    std::int64_t minor = any;
    std::string access;  // of "rwm", in that order, not empty

    bool operator==(const Exception&) const = default;
  };
  static constexpr std::int64_t any = -1;

  bool default_allow = false;
  std::vector<Exception> exceptions;

  // What linux.resources.devices, with_default_devices(), comes to, rule after rule from a denial of
  // everything.
  [[nodiscard]] static DeviceTable of(const std::vector<bundle::DeviceRule>& rules);

  [[nodiscard]] bool allows_all() const { return default_allow && exceptions.empty(); }

 private:
  void apply(const bundle::DeviceRule& rule);
};

// "c 1:3 rwm", "b *:* m" (Documentation/admin-guide/cgroup-v1/devices.rst).
[[nodiscard]] std::string to_text(const DeviceTable::Exception& exception);

// Puts the table into force in a v1 devices cgroup. Throws SystemError naming file and rule.
void write_devices(const std::string& directory, const DeviceTable& table);

}  // namespace scrim::cgroup
