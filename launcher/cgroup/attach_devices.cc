// SPDX-License-Identifier: Apache-2.0
// The device program, put into force: bpf(2).
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "launcher/cgroup/device_program.h"
#include "launcher/os/fd.h"
#include "libprofile/error.h"
#include "libprofile/text.h"

namespace scrim::cgroup {

namespace {

int bpf(bpf_cmd command, bpf_attr& arguments) {
  return static_cast<int>(syscall(SYS_bpf, command, &arguments, sizeof arguments));
}

// The kernel wants what a command does not use to be zero, also between the members of its union.
bpf_attr zeros() {
  bpf_attr arguments;
  std::memset(&arguments, 0, sizeof arguments);
  return arguments;
}

os::Fd load(const std::vector<bpf_insn>& program) {
  constexpr const char* licence = "Apache-2.0";
  constexpr const char* name = "scrim_devices";
  bpf_attr arguments = zeros();
  arguments.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE;
  arguments.expected_attach_type = BPF_CGROUP_DEVICE;
  arguments.insns = reinterpret_cast<std::uintptr_t>(program.data());
  arguments.insn_cnt = static_cast<std::uint32_t>(program.size());
  arguments.license = reinterpret_cast<std::uintptr_t>(licence);
  std::memcpy(arguments.prog_name, name, std::strlen(name));
  os::Fd fd(bpf(BPF_PROG_LOAD, arguments));
  if (!fd)
    throw SystemError(errno,
                      concat("load the program of the device rules (", program.size(), " instructions)"));
  return fd;
}

// Those that are on the cgroup itself.
std::vector<std::uint32_t> attached(const os::Fd& cgroup) {
  std::array<std::uint32_t, 64> ids{};  // the kernel allows no more (BPF_CGROUP_MAX_PROGS)
  bpf_attr arguments = zeros();
  arguments.query.target_fd = static_cast<std::uint32_t>(cgroup.get());
  arguments.query.attach_type = BPF_CGROUP_DEVICE;
  arguments.query.prog_ids = reinterpret_cast<std::uintptr_t>(ids.data());
  arguments.query.prog_cnt = ids.size();
  if (bpf(BPF_PROG_QUERY, arguments) != 0) return {};
  return {ids.begin(), ids.begin() + arguments.query.prog_cnt};
}

void detach(const os::Fd& cgroup, std::uint32_t id) {
  bpf_attr arguments = zeros();
  arguments.prog_id = id;
  const os::Fd program(bpf(BPF_PROG_GET_FD_BY_ID, arguments));
  if (!program) return;  // gone by itself
  arguments = zeros();
  arguments.target_fd = static_cast<std::uint32_t>(cgroup.get());
  arguments.attach_bpf_fd = static_cast<std::uint32_t>(program.get());
  arguments.attach_type = BPF_CGROUP_DEVICE;
  if (bpf(BPF_PROG_DETACH, arguments) != 0 && errno != ENOENT)
    throw_errno(concat("detach the device program ", id));
}

}  // namespace

void attach_device_program(const std::string& directory, const std::vector<bpf_insn>& program) {
  const os::Fd cgroup = os::open(directory, O_RDONLY | O_DIRECTORY);
  const os::Fd loaded = load(program);
  const std::vector<std::uint32_t> before = attached(cgroup);
  bpf_attr arguments = zeros();
  arguments.target_fd = static_cast<std::uint32_t>(cgroup.get());
  arguments.attach_bpf_fd = static_cast<std::uint32_t>(loaded.get());
  arguments.attach_type = BPF_CGROUP_DEVICE;
  // Others' programs above and below stay in force: all of them have to allow a device.
  arguments.attach_flags = BPF_F_ALLOW_MULTI;
  if (bpf(BPF_PROG_ATTACH, arguments) != 0)
    throw_errno(concat("attach the device rules to cgroup ", directory));
  // Only now, so that there is never a moment without.
  for (const std::uint32_t id : before) detach(cgroup, id);
}

}  // namespace scrim::cgroup
