// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linux/bpf.h>

#include <string>
#include <vector>

#include "launcher/bundle/spec.h"

namespace scrim::cgroup {

// Device rules as an eBPF program of type BPF_PROG_TYPE_CGROUP_DEVICE: returns 1 if every access that is
// asked for (read, write, mknod) is allowed by the last rule that speaks of it, 0 otherwise, also where none
// does (runtime-spec, config-linux.md "Allowed Device list": entries are applied in order).
[[nodiscard]] std::vector<bpf_insn> device_program(const std::vector<bundle::DeviceRule>& rules);

// Loads it and puts it on a v2 cgroup, in the place of what was on it before. Throws SystemError: EPERM
// without CAP_BPF or CAP_SYS_ADMIN in the initial user namespace.
void attach_device_program(const std::string& directory, const std::vector<bpf_insn>& program);

}  // namespace scrim::cgroup
