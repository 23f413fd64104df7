// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "launcher/cgroup/cgroup.h"
#include "launcher/cgroup/devices.h"
#include "launcher/cgroup/limits.h"
#include "launcher/os/fd.h"
#include "launcher/runtime/events.h"
#include "launcher/runtime/update.h"
#include "libprofile/error.h"
#include "libprofile/text.h"

using namespace scrim;
using Catch::Matchers::Contains;
using document::json::Value;

namespace {

Value object(const std::vector<std::pair<std::string, Value>>& members) {
  Value value;
  for (const auto& [name, member] : members) value.set(name, member);
  return value;
}
Value number(std::int64_t value) {
  return Value(value);
}
Value text(const char* value) {
  return Value(std::string(value));
}
Value array(std::vector<Value> values) {
  return Value(std::move(values));
}

std::vector<std::string> lines(const std::vector<cgroup::Write>& writes) {
  std::vector<std::string> out;
  out.reserve(writes.size());
  for (const cgroup::Write& write : writes)
    out.push_back(concat(write.controller, " ", write.file, " ", write.value));
  return out;
}
using Lines = std::vector<std::string>;

Lines v1(const Value& resources) {
  document::Warnings warnings;
  return lines(cgroup::limits_v1(resources, warnings));
}
Lines v2(const Value& resources) {
  document::Warnings warnings;
  return lines(cgroup::limits_v2(resources, warnings));
}

Lines device_lines(const std::vector<bundle::DeviceRule>& rules) {
  const auto table = cgroup::DeviceTable::of(rules);
  Lines out = {table.default_allow ? "allow" : "deny"};
  out.reserve(table.exceptions.size() + 1);
  for (const auto& exception : table.exceptions) out.push_back(to_text(exception));
  return out;
}

// The container's cgroups, removed at the end with the parent made for them.
struct Container {
  cgroup::Cgroup cgroup;

  explicit Container(const std::string& name) {
    bundle::Spec spec;
    spec.cgroups_path = concat("/scrim-unit-test-", getpid(), "/", name);
    cgroup = cgroup::create(cgroup::place(spec, name), true);
  }
  ~Container() {
    cgroup::remove(cgroup);
    for (const auto& membership : cgroup.memberships)
      rmdir(membership.path.substr(0, membership.path.rfind('/')).c_str());
  }
  // Of v1. Empty if this host has no such controller.
  [[nodiscard]] std::string directory(const std::string& controller) const {
    for (const auto& membership : cgroup.memberships)
      for (const std::string& name : membership.hierarchy.controllers)
        if (name == controller) return membership.path;
    return "";
  }
};

}  // namespace

TEST_CASE("Limits become v1's files, memory before memory with swap") {
  const Value resources = object({
      {"memory", object({{"swap", number(4096)}, {"limit", number(2048)}, {"reservation", number(1024)}})},
      {"cpu", object({{"shares", number(512)},
                      {"quota", number(50000)},
                      {"period", number(100000)},
                      {"cpus", text("0-1")}})},
      {"pids", object({{"limit", number(-1)}})},
      {"hugepageLimits", array({object({{"pageSize", text("2MB")}, {"limit", number(0)}})})},
  });
  CHECK(v1(resources) == Lines{"memory memory.limit_in_bytes 2048", "memory memory.memsw.limit_in_bytes 4096",
                               "memory memory.soft_limit_in_bytes 1024", "cpu cpu.cfs_period_us 100000",
                               "cpu cpu.cfs_quota_us 50000", "cpu cpu.shares 512", "cpuset cpuset.cpus 0-1",
                               "pids pids.max max", "hugetlb hugetlb.2MB.limit_in_bytes 0",
                               "hugetlb hugetlb.2MB.rsvd.limit_in_bytes 0"});
}

TEST_CASE("Limits become v2's files in v2's units") {
  const Value resources = object({
      {"memory", object({{"swap", number(4096)}, {"limit", number(1024)}, {"reservation", number(512)}})},
      {"cpu", object({{"shares", number(1024)}, {"quota", number(50000)}, {"mems", text("0")}})},
      {"pids", object({{"limit", number(7)}})},
      {"blockIO",
       object({{"weight", number(1000)},
               {"throttleReadBpsDevice",
                array({object({{"major", number(8)}, {"minor", number(16)}, {"rate", number(600)}})})}})},
      {"unified", object({{"memory.high", text("1000")}})},
  });
  CHECK(v2(resources) ==
        Lines{"memory memory.max 1024", "memory memory.low 512", "memory memory.swap.max 3072",
              "cpu cpu.max 50000 100000", "cpu cpu.weight 100", "cpuset cpuset.mems 0", "pids pids.max 7",
              "io io.bfq.weight 1000", "io io.max 8:16 rbps=600", "memory memory.high 1000"});
}

TEST_CASE("Shares become weights through the least, the usual and the most") {
  CHECK(cgroup::weight_of_shares(2) == 1);
  CHECK(cgroup::weight_of_shares(1024) == 100);
  CHECK(cgroup::weight_of_shares(262144) == 10000);
  CHECK(cgroup::weight_of_shares(1'000'000) == 10000);
  std::uint64_t last = 0;
  for (std::uint64_t shares = 2; shares <= 262144; shares *= 2) {
    CHECK(cgroup::weight_of_shares(shares) >= last);
    last = cgroup::weight_of_shares(shares);
  }
}

TEST_CASE("Zeros of an engine that sets no limit write nothing") {
  const Value resources = object(
      {{"memory", object({{"limit", number(0)}, {"swap", number(0)}, {"disableOOMKiller", Value(false)}})},
       {"cpu", object({{"shares", number(0)}, {"cpus", text("")}})},
       {"pids", object({{"limit", number(0)}})},
       {"blockIO", object({{"weight", number(0)}})},
       {"network", Value()}});
  document::Warnings warnings;
  CHECK(cgroup::limits_v1(resources, warnings).empty());
  CHECK(cgroup::limits_v2(resources, warnings).empty());
  CHECK(warnings.empty());
}

TEST_CASE("No limit of memory means none of swap either") {
  const Value resources = object({{"memory", object({{"limit", number(-1)}})}});
  CHECK(v1(resources) == Lines{"memory memory.limit_in_bytes -1", "memory memory.memsw.limit_in_bytes -1"});
  CHECK(v2(resources) == Lines{"memory memory.max max", "memory memory.swap.max max"});
}

TEST_CASE("What a version has no means for is a warning that names it") {
  const auto warned = [](auto limits, const Value& resources) {
    document::Warnings warnings;
    (void)limits(resources, warnings, "config.json");
    Lines out;
    for (const auto& warning : warnings) out.push_back(warning.text);
    return join(out, "\n");
  };
  const Value resources = object({{"memory", object({{"kernel", number(1)}, {"swappiness", number(10)}})},
                                  {"cpu", object({{"realtimeRuntime", number(5)}})},
                                  {"network", object({{"classID", number(5)}})},
                                  {"intelSomething", Value(true)}});
  CHECK(warned(cgroup::limits_v1, resources) ==
        "config.json: linux.resources.memory.kernel is not carried out on cgroup v1\n"
        "config.json: linux.resources.intelSomething is not carried out");
  CHECK(warned(cgroup::limits_v2, resources) ==
        "config.json: linux.resources.memory.kernel is not carried out on cgroup v2\n"
        "config.json: linux.resources.memory.swappiness is not carried out on cgroup v2\n"
        "config.json: linux.resources.cpu.realtimeRuntime is not carried out on cgroup v2\n"
        "config.json: linux.resources.network is not carried out on cgroup v2\n"
        "config.json: linux.resources.intelSomething is not carried out on cgroup v2");
}

TEST_CASE("Zero means something for burst and idle") {
  const Value resources = object({{"cpu", object({{"burst", number(0)}, {"idle", number(0)}})}});
  CHECK(v1(resources) == Lines{"cpu cpu.cfs_burst_us 0", "cpu cpu.idle 0"});
  CHECK(v2(resources) == Lines{"cpu cpu.max.burst 0", "cpu cpu.idle 0"});
}

namespace {

using Contents = std::vector<std::pair<std::string, std::string>>;

// A directory that looks like a container's v2 cgroup to whoever only reads and writes files.
struct Files {
  std::string directory;
  cgroup::Cgroup cgroup;

  explicit Files(const Contents& files) {
    std::string name = "/tmp/scrim-unit-test-XXXXXX";
    directory = mkdtemp(name.data());
    for (const auto& [file, content] : files) std::ofstream(concat(directory, "/", file)) << content;
    cgroup.memberships = {{{"/tmp", {}}, directory}};
  }
  ~Files() { std::filesystem::remove_all(directory); }
  [[nodiscard]] std::string operator[](const std::string& file) const {
    return os::read_kernel_file(concat(directory, "/", file));
  }
  Value update(const Value& current, const Value& wanted) const {
    document::Warnings warnings;
    return cgroup::update_limits(cgroup, current, wanted, "update.json", warnings);
  }
};

}  // namespace

TEST_CASE("An update writes what is asked for and what depends on it, and nothing else") {
  const Files files(
      Contents{{"memory.max", "_"}, {"memory.swap.max", "_"}, {"cpu.max", "_"}, {"pids.max", "_"}});
  const Value current = object({{"memory", object({{"limit", number(100)}, {"swap", number(150)}})},
                                {"cpu", object({{"quota", number(5)}, {"period", number(10)}})},
                                {"pids", object({{"limit", number(7)}})}});
  const Value all = files.update(current, object({{"memory", object({{"limit", number(120)}})},
                                                  {"cpu", object({{"quota", number(6)}})},
                                                  {"pids", object({{"limit", number(0)}})},
                                                  {"devices", array({object({{"allow", Value(true)}})})}}));
  CHECK(files["memory.max"] == "120");
  CHECK(files["memory.swap.max"] == "30");
  CHECK(files["cpu.max"] == "6 10");
  CHECK(files["pids.max"] == "_");
  CHECK(document::json::to_text(all) ==
        R"({"memory":{"limit":120,"swap":150},"cpu":{"quota":6,"period":10},"pids":{"limit":7}})");
}

TEST_CASE("An update to no limit of memory takes that of swap with it") {
  const Files files(Contents{{"memory.max", "_"}, {"memory.swap.max", "_"}});
  const Value current = object({{"memory", object({{"limit", number(100)}, {"swap", number(150)}})}});
  (void)files.update(current, object({{"memory", object({{"limit", number(-1)}})}}));
  CHECK(files["memory.max"] == "max");
  CHECK(files["memory.swap.max"] == "max");
}

TEST_CASE("What an update wrote before it failed is taken back") {
  const Files files(Contents{{"memory.max", "11\n"}});
  CHECK_THROWS_WITH(files.update(Value(), object({{"memory", object({{"limit", number(120)}})},
                                                  {"pids", object({{"limit", number(5)}})}})),
                    Contains("pids.limit") && Contains("No such file"));
  CHECK(files["memory.max"].starts_with("11"));
}

TEST_CASE("An update is refused with its own place in its own file") {
  const Files files(Contents{});
  const Value wanted = document::json::parse(R"({"pids": {"limit": "x"}})", "update.json");
  CHECK_THROWS_WITH(files.update(Value(), wanted), Contains("update.json:1:20: linux.resources.pids.limit"));
}

TEST_CASE("Sizes have units of 1024") {
  CHECK(runtime::size_in_bytes("512") == 512);
  CHECK(runtime::size_in_bytes("20M") == 20 << 20);
  CHECK(runtime::size_in_bytes("1.5g") == std::int64_t{3} << 29);
  CHECK(runtime::size_in_bytes("64 KiB") == 65536);
  CHECK(runtime::size_in_bytes("7b") == 7);
  CHECK(runtime::size_in_bytes("2tb") == std::int64_t{2} << 40);
  for (const char* text : {"", "M", "-1", "20X", "1e3", "20Mi5", "9000000P", "inf", "nan", "5 5"})
    CHECK_FALSE(runtime::size_in_bytes(text));
}

TEST_CASE("Durations are written as in Go") {
  using namespace std::chrono_literals;
  CHECK(runtime::duration("5s") == 5s);
  CHECK(runtime::duration("1m30.5s") == 90500ms);
  CHECK(runtime::duration("250us") == 250us);
  CHECK(runtime::duration("1h") == 1h);
  CHECK(runtime::duration("0") == 0s);
  for (const char* text : {"", "5", "s", "5x", "-1s", "5s5", "1e3s", "inf", "9999999h"})
    CHECK_FALSE(runtime::duration(text));
}

TEST_CASE("Limits that cannot be meant are refused") {
  CHECK_THROWS_WITH(v1(object({{"memory", text("much")}})),
                    Contains("linux.resources.memory: an object expected, not a string"));
  CHECK_THROWS_WITH(v1(object({{"memory", object({{"limit", text("1G")}})}})),
                    Contains("linux.resources.memory.limit"));
  CHECK_THROWS_WITH(v1(object({{"unified", object({{"memory.high", text("1")}})}})), Contains("cgroup v1"));
  CHECK_THROWS_WITH(v2(object({{"unified", object({{"../cgroup.procs", text("1")}})}})),
                    Contains("control file"));
  CHECK_THROWS_WITH(v2(object({{"memory", object({{"swap", number(5)}})}})),
                    Contains("needs a memory limit"));
  CHECK_THROWS_WITH(v2(object({{"memory", object({{"swap", number(5)}, {"limit", number(6)}})}})),
                    Contains("is less"));
  CHECK_THROWS_WITH(v2(object({{"hugepageLimits", array({object({{"pageSize", text("a/b")}})})}})),
                    Contains("pageSize"));
}

TEST_CASE("Device rules start from a denial and end with the default devices") {
  const Lines usual = {"deny",      "c *:* m",   "b *:* m",   "c 1:3 rwm", "c 1:5 rwm",   "c 1:7 rwm",
                       "c 1:8 rwm", "c 1:9 rwm", "c 5:0 rwm", "c 5:2 rwm", "c 136:* rwm", "c 10:200 rwm"};
  CHECK(device_lines({}) == usual);
  CHECK(device_lines({{false, 'a', {}, {}, "rwm"}}) == usual);
  CHECK(device_lines({{true, 'a', {}, {}, "rwm"}}) == Lines{"allow"});

  const Lines with_fuse =
      device_lines({{false, 'a', {}, {}, "rwm"}, {true, 'c', 10, 229, "wr"}, {true, 'c', 1, 3, "r"}});
  CHECK(with_fuse[1] == "c 10:229 rw");
  CHECK(with_fuse[2] == "c 1:3 rwm");
  CHECK(with_fuse.size() == usual.size() + 1);
}

TEST_CASE("A later device rule takes from an earlier one") {
  CHECK(device_lines({{true, 'b', 8, 0, "rw"}, {false, 'b', 8, 0, "w"}})[1] == "b 8:0 r");
  CHECK(device_lines({{true, 'b', 8, 0, "rw"}, {false, 'b', 8, 0, "rwm"}})[1] == "c *:* m");
  CHECK(device_lines({{true, 'a', {}, {}, "rwm"}, {false, 'b', 8, {}, "w"}}) == Lines{"allow", "b 8:* w"});
}

TEST_CASE("The kernel refuses a process the devices that the rules deny") {
  if (geteuid() != 0) return;
  Container container("devices");
  if (container.directory("devices").empty()) return;
  document::Warnings warnings;
  bundle::Spec spec;
  spec.device_rules = {{false, 'a', {}, {}, "rwm"}};
  cgroup::apply_resources(container.cgroup, spec, warnings);
  CHECK(warnings.empty());

  const pid_t pid = fork();
  if (pid == 0) {
    cgroup::join(container.cgroup, getpid());
    const auto can_open = [](const std::string& node, dev_t device) {
      if (mknod(node.c_str(), S_IFCHR | 0600, device) != 0) _exit(50);
      const bool opened = os::Fd(open(node.c_str(), O_RDONLY | O_NONBLOCK)).get() >= 0;
      const int error = opened ? 0 : errno;
      unlink(node.c_str());
      return error;
    };
    const std::string node = concat("/tmp/scrim-unit-test-", getpid());
    if (can_open(node, makedev(1, 3)) != 0) _exit(1);       // null
    if (can_open(node, makedev(1, 11)) != EPERM) _exit(2);  // kmsg
    _exit(0);
  }
  int status = 0;
  waitpid(pid, &status, 0);
  CHECK(WEXITSTATUS(status) == 0);
}

TEST_CASE("Limits are in force in the container's cgroups") {
  if (geteuid() != 0) return;
  Container container("limits");
  if (container.directory("memory").empty() || container.directory("pids").empty()) return;
  document::Warnings warnings;
  bundle::Spec spec;
  spec.resources =
      object({{"memory", object({{"limit", number(16 << 20)}})}, {"pids", object({{"limit", number(1)}})}});
  cgroup::apply_resources(container.cgroup, spec, warnings);
  CHECK(os::read_kernel_file(container.directory("memory") + "/memory.limit_in_bytes") == "16777216\n");

  const pid_t pid = fork();
  if (pid == 0) {
    cgroup::join(container.cgroup, getpid());
    const pid_t child = fork();
    if (child == 0) _exit(0);
    _exit(child < 0 ? errno : 0);
  }
  int status = 0;
  waitpid(pid, &status, 0);
  CHECK(WEXITSTATUS(status) == EAGAIN);
}

TEST_CASE("A limit that the kernel refuses or has no file for is an error that names file and value") {
  if (geteuid() != 0) return;
  Container container("refused");
  if (container.directory("pids").empty() || container.directory("cpu").empty()) return;
  document::Warnings warnings;
  bundle::Spec spec;
  spec.resources = object({{"cpu", object({{"cpus", text("9999")}})}});
  CHECK_THROWS_WITH(cgroup::apply_resources(container.cgroup, spec, warnings),
                    Contains("linux.resources.cpu.cpus") && Contains("\"9999\"") && Contains("cpuset.cpus"));
  spec.resources =
      object({{"hugepageLimits", array({object({{"pageSize", text("3KB")}, {"limit", number(1)}})})}});
  CHECK_THROWS_WITH(cgroup::apply_resources(container.cgroup, spec, warnings),
                    Contains("hugepageLimits[0].limit"));
  cgroup::Cgroup nothing;
  spec.resources = object({{"pids", object({{"limit", number(5)}})}});
  bundle::Spec permissive = spec;
  permissive.device_rules = {{true, 'a', {}, {}, "rwm"}};
  CHECK_THROWS_WITH(cgroup::apply_resources(nothing, permissive, warnings),
                    Contains("linux.resources.pids.limit cannot be set to 5"));
}

TEST_CASE("On v2 rules that deny nothing need no program") {
  cgroup::Cgroup v2;
  v2.memberships = {{{"/nonexistent", {}}, "/nonexistent/box"}};
  bundle::Spec spec;
  spec.device_rules = {{true, 'a', {}, {}, "rwm"}};
  document::Warnings warnings;
  cgroup::apply_resources(v2, spec, warnings);
  CHECK(warnings.empty());
  if (geteuid() != 0) return;
  spec.device_rules = {{false, 'a', {}, {}, "rwm"}};
  CHECK_THROWS_WITH(cgroup::apply_resources(v2, spec, warnings), Contains("/nonexistent/box"));
}

TEST_CASE("Without a devices hierarchy root gets no container that the rules do not hold") {
  if (geteuid() != 0) return;
  bundle::Spec spec;
  document::Warnings warnings;
  CHECK_THROWS_WITH(cgroup::apply_resources({}, spec, warnings), Contains("devices controller"));
}
