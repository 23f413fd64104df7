// SPDX-License-Identifier: Apache-2.0
#include "launcher/cgroup/device_program.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <random>

#include "launcher/cgroup/cgroup.h"
#include "launcher/cgroup/devices.h"
#include "launcher/os/fd.h"
#include "libprofile/text.h"

using namespace scrim;
using bundle::DeviceRule;
using Rules = std::vector<DeviceRule>;

namespace {

struct Request {
  bool block = false;
  std::uint32_t major = 0, minor = 0;
  std::string access;
};

std::uint32_t bit(char letter) {
  return letter == 'm' ? BPF_DEVCG_ACC_MKNOD : letter == 'r' ? BPF_DEVCG_ACC_READ : BPF_DEVCG_ACC_WRITE;
}

// What the kernel would do with the few instructions that there are; -1 for any other, and for a program that
// runs out of itself.
int run(const std::vector<bpf_insn>& program, const Request& request) {
  std::uint32_t bits = 0;
  for (const char letter : request.access) bits |= bit(letter);
  const std::array<std::uint32_t, 3> context = {
      bits << 16 | static_cast<std::uint32_t>(request.block ? BPF_DEVCG_DEV_BLOCK : BPF_DEVCG_DEV_CHAR),
      request.major, request.minor};
  std::array<std::uint32_t, 11> registers{};
  for (std::size_t at = 0; at < program.size(); ++at) {
    const bpf_insn& in = program[at];
    std::uint32_t& to = registers.at(in.dst_reg);
    const auto value = static_cast<std::uint32_t>(in.imm);
    const auto skip = static_cast<std::size_t>(in.off);
    switch (in.code) {
      case BPF_LDX | BPF_MEM | BPF_W:
        to = context.at(skip / 4);
        break;
      case BPF_ALU | BPF_MOV | BPF_K:
        to = value;
        break;
      case BPF_ALU | BPF_MOV | BPF_X:
        to = registers.at(in.src_reg);
        break;
      case BPF_ALU | BPF_AND | BPF_K:
        to &= value;
        break;
      case BPF_ALU | BPF_RSH | BPF_K:
        to >>= value;
        break;
      case BPF_JMP32 | BPF_JNE | BPF_K:
        if (to != value) at += skip;
        break;
      case BPF_JMP32 | BPF_JEQ | BPF_K:
        if (to == value) at += skip;
        break;
      case BPF_JMP | BPF_EXIT:
        return static_cast<int>(registers[0]);
      default:
        return -1;
    }
  }
  return -1;
}

// The definition: of each access that is asked for, the last rule that speaks of it.
bool allowed(const Rules& rules, const Request& request) {
  for (const char letter : request.access) {
    bool allow = false;
    for (const DeviceRule& rule : rules)
      if (rule.access.find(letter) != std::string::npos &&
          (rule.type == 'a' ||
           (rule.type == (request.block ? 'b' : 'c') && rule.major.value_or(request.major) == request.major &&
            rule.minor.value_or(request.minor) == request.minor)))
        allow = rule.allow;
    if (!allow) return false;
  }
  return true;
}

const Rules nothing = {{false, 'a', {}, {}, "rwm"}};

}  // namespace

TEST_CASE("A device program answers as the last rule says") {
  const Rules rules = {{false, 'a', {}, {}, "rwm"}, {true, 'b', 8, {}, "rw"}, {false, 'b', 8, 1, "w"}};
  const auto program = cgroup::device_program(rules);
  CHECK(run(program, {true, 8, 0, "rw"}) == 1);
  CHECK(run(program, {true, 8, 0, "m"}) == 0);
  CHECK(run(program, {true, 8, 1, "r"}) == 1);
  CHECK(run(program, {true, 8, 1, "rw"}) == 0);
  CHECK(run(program, {false, 8, 0, "r"}) == 0);
  CHECK(run(cgroup::device_program({}), {false, 1, 3, "r"}) == 0);
}

TEST_CASE("A device program ends at a rule for everything") {
  const auto program = cgroup::device_program({{true, 'b', 8, 0, "rwm"}, {false, 'a', {}, {}, "rwm"}});
  CHECK(program.size() == cgroup::device_program(nothing).size());
  CHECK(run(program, {true, 8, 0, "r"}) == 0);
}

TEST_CASE("A device rule with a number that no device has says nothing") {
  const auto program = cgroup::device_program({{true, 'c', std::int64_t{1} << 32, 3, "rwm"}});
  CHECK(run(program, {false, 0, 3, "r"}) == 0);
  CHECK(run(cgroup::device_program({{true, 'c', 0xffffffffLL, 3, "rwm"}}), {false, 0xffffffffU, 3, "r"}) ==
        1);
}

TEST_CASE("Every container may have the default devices, whatever the rules say") {
  const auto program = cgroup::device_program(cgroup::with_default_devices(nothing));
  CHECK(run(program, {false, 1, 3, "rw"}) == 1);
  CHECK(run(program, {false, 136, 77, "rw"}) == 1);
  CHECK(run(program, {true, 8, 0, "m"}) == 1);
  CHECK(run(program, {true, 8, 0, "r"}) == 0);
  CHECK(run(program, {false, 1, 11, "r"}) == 0);
}

TEST_CASE("Making a node can be denied where everything else is allowed") {
  const auto program = cgroup::device_program(
      cgroup::with_default_devices({{true, 'a', {}, {}, "rwm"}, {false, 'c', 1, 11, "m"}}));
  CHECK(run(program, {false, 1, 11, "m"}) == 0);
  CHECK(run(program, {false, 1, 11, "rw"}) == 1);
  CHECK(run(program, {false, 1, 12, "m"}) == 1);
}

TEST_CASE("Device programs mean what their rules mean") {
  std::mt19937 random(2026);
  const auto pick = [&](int below) { return std::uniform_int_distribution<int>(0, below - 1)(random); };
  const std::array<std::string, 7> accesses = {"r", "w", "m", "rw", "rm", "wm", "rwm"};
  const auto number = [&]() -> std::optional<std::int64_t> {
    const int one = pick(3);
    return one == 2 ? std::nullopt : std::optional<std::int64_t>(one);
  };
  unsigned different = 0;
  for (int round = 0; round < 2000; ++round) {
    Rules rules(static_cast<std::size_t>(pick(6)));
    for (DeviceRule& rule : rules)
      rule = {pick(2) == 0, "abc"[pick(8) == 0 ? 0 : 1 + pick(2)], number(), number(),
              accesses.at(static_cast<std::size_t>(pick(7)))};
    const auto program = cgroup::device_program(rules);
    for (const bool block : {false, true})
      for (std::uint32_t numbers = 0; numbers < 4; ++numbers)
        for (const std::string& access : accesses) {
          const Request request{block, numbers / 2, numbers % 2, access};
          if (run(program, request) != (allowed(rules, request) ? 1 : 0)) ++different;
        }
  }
  CHECK(different == 0);
}

namespace {

// A cgroup in the unified hierarchy alone, as on a host with v2; empty if there is none, or without root.
struct Unified {
  cgroup::Cgroup cgroup;

  Unified() {
    if (geteuid() != 0) return;
    bundle::Spec spec;
    spec.cgroups_path = concat("/scrim-unit-test-devices-", getpid());
    cgroup::Cgroup all = cgroup::place(spec, "devices");
    std::erase_if(all.memberships, [](const auto& one) { return !one.hierarchy.unified(); });
    cgroup = cgroup::create(all, true);
  }
  ~Unified() { cgroup::remove(cgroup); }
  [[nodiscard]] bool usable() const { return !cgroup.memberships.empty(); }

  void apply(const Rules& rules) const {
    bundle::Spec spec;
    spec.device_rules = rules;
    document::Warnings warnings;
    cgroup::apply_resources(cgroup, spec, warnings);
    CHECK(warnings.empty());
  }
  // errno of open(2) in it; 0 if it opens. A process joins as in a container: the test itself stays outside.
  [[nodiscard]] int open(mode_t type, dev_t device, int flags) const {
    const std::string node = concat("/tmp/scrim-unit-test-", getpid());
    if (mknod(node.c_str(), type | 0600, device) != 0) return errno;
    const pid_t pid = fork();
    if (pid == 0) {
      cgroup::join(cgroup, getpid());
      const os::Fd fd(::open(node.c_str(), flags | O_NONBLOCK | O_CLOEXEC));
      _exit(fd ? 0 : errno);
    }
    int status = 0;
    waitpid(pid, &status, 0);
    unlink(node.c_str());
    return WEXITSTATUS(status);
  }
};

}  // namespace

TEST_CASE("The kernel takes device programs, and refuses the devices that they deny") {
  const Unified container;
  if (!container.usable()) return;
  container.apply(nothing);
  CHECK(container.open(S_IFCHR, makedev(1, 3), O_RDWR) == 0);
  CHECK(container.open(S_IFCHR, makedev(1, 11), O_RDONLY) == EPERM);

  // In the place of the first, not beside it.
  container.apply({{false, 'a', {}, {}, "rwm"}, {true, 'c', 1, 11, "r"}});
  CHECK(container.open(S_IFCHR, makedev(1, 11), O_RDONLY) == 0);
  CHECK(container.open(S_IFCHR, makedev(1, 11), O_WRONLY) == EPERM);
  container.apply({{true, 'a', {}, {}, "rwm"}, {false, 'c', 1, 11, "w"}});
  CHECK(container.open(S_IFCHR, makedev(1, 11), O_RDONLY) == 0);
  CHECK(container.open(S_IFCHR, makedev(1, 11), O_WRONLY) == EPERM);
}
