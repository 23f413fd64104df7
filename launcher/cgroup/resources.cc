// SPDX-License-Identifier: Apache-2.0
// linux.resources, put into force.
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "launcher/cgroup/cgroup.h"
#include "launcher/cgroup/device_program.h"
#include "launcher/cgroup/devices.h"
#include "launcher/cgroup/limits.h"
#include "launcher/cgroup/membership.h"
#include "launcher/cgroup/writes.h"
#include "launcher/os/fd.h"
#include "libprofile/error.h"
#include "libprofile/text.h"

namespace scrim::cgroup {

namespace {

// Device cgroups are the initial user namespace's root's business. Others cannot make device nodes either.
bool may_rule_devices() {
  if (geteuid() != 0) return false;
  // The initial user namespace maps all ids to themselves (user_namespaces(7)).
  const std::string map = os::read_kernel_file("/proc/self/uid_map");
  return map.find("4294967295") != map.npos;
}

void rule_devices(const Cgroup& cgroup, const bundle::Spec& spec, document::Warnings& warnings) {
  const DeviceTable table = DeviceTable::of(spec.device_rules);
  const std::string* v1 = is_v2(cgroup) ? nullptr : directory_of(cgroup, "devices");
  // Also of a hybrid host that has not mounted v1's controller.
  const std::string* v2 = v1 == nullptr ? unified_directory(cgroup) : nullptr;
  try {
    if (v1 != nullptr) return write_devices(*v1, table);
    if (table.allows_all()) return;
    if (v2 != nullptr)
      return attach_device_program(*v2, device_program(with_default_devices(spec.device_rules)));
  } catch (const SystemError& error) {
    if ((error.code() != EPERM && error.code() != EACCES) || may_rule_devices()) throw;
  }
  if (v1 == nullptr && v2 == nullptr && may_rule_devices())
    throw Error(
        "linux.resources.devices: no hierarchy with the devices controller is mounted, so nothing would keep "
        "the container from the host's devices");
  if (spec.device_rules.empty() || table.allows_all()) return;
  warnings.push_back({"linux.resources.devices: device rules are not enforced without root"});
}

}  // namespace

void apply_resources(const Cgroup& cgroup, const bundle::Spec& spec, document::Warnings& warnings) {
  rule_devices(cgroup, spec, warnings);
  if (!spec.resources) return;
  // Without any cgroup every limit is refused, whichever version would have had it.
  const bool v2 = is_v2(cgroup) || cgroup.memberships.empty();
  write_all(cgroup, v2 ? limits_v2(*spec.resources, warnings) : limits_v1(*spec.resources, warnings),
            OnFailure::leave);
}

}  // namespace scrim::cgroup
