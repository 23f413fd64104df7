// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "launcher/bundle/fields.h"
#include "launcher/bundle/spec.h"

// The parts of read_spec, one file each. All throw document::DocumentError.
namespace scrim::bundle {

[[nodiscard]] Process read_process(const Field& process);
// `bundle`: what the relative sources of bind mounts are relative to.
[[nodiscard]] std::vector<Mount> read_mounts(const Field& mounts, const std::string& bundle);
[[nodiscard]] Hooks read_hooks(const Field& hooks);
// An array of LinuxIDMapping.
[[nodiscard]] std::vector<IdMapping> read_id_mappings(const Field& mappings);
[[nodiscard]] std::vector<Device> read_devices(const Field& devices);
[[nodiscard]] std::vector<DeviceRule> read_device_rules(const Field& rules);
[[nodiscard]] Scheduler read_scheduler(const Field& scheduler);
// As ioprio_set(2) takes it.
[[nodiscard]] int read_io_priority(const Field& priority);
[[nodiscard]] CpuAffinity read_cpu_affinity(const Field& affinity);
[[nodiscard]] MemoryPolicy read_memory_policy(const Field& policy);
// Names come back as paths below /proc/sys. `spec`: whose namespaces say which of them are the container's
// own.
[[nodiscard]] std::vector<Setting> read_sysctl(const Field& sysctl, const Spec& spec);
// Fills the linux part of spec.
void read_linux(const Field& linux, Spec& spec);

}  // namespace scrim::bundle
