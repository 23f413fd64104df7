// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string_view>

#include "launcher/bundle/spec.h"

namespace scrim::bundle {

namespace {

using document::json::parse;
using document::json::Value;

// What `runc spec` means, with these differences:
// - no ambient capabilities: without inheritable ones the kernel does not raise them (capabilities(7));
// - always a cgroup namespace, which runc adds on cgroup v2 only;
// - powercap masked: it measures what other tenants do (CVE-2020-8694).
constexpr std::string_view default_config = R"({
  "ociVersion": "1.2.1",
  "process": {
    "terminal": true,
    "user": {"uid": 0, "gid": 0},
    "args": ["sh"],
    "env": ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "TERM=xterm"],
    "cwd": "/",
    "capabilities": {
      "bounding": ["CAP_AUDIT_WRITE", "CAP_KILL", "CAP_NET_BIND_SERVICE"],
      "effective": ["CAP_AUDIT_WRITE", "CAP_KILL", "CAP_NET_BIND_SERVICE"],
      "permitted": ["CAP_AUDIT_WRITE", "CAP_KILL", "CAP_NET_BIND_SERVICE"]
    },
    "rlimits": [{"type": "RLIMIT_NOFILE", "hard": 1024, "soft": 1024}],
    "noNewPrivileges": true
  },
  "root": {"path": "rootfs", "readonly": true},
  "hostname": "scrim",
  "mounts": [
    {"destination": "/proc", "type": "proc", "source": "proc"},
    {"destination": "/dev", "type": "tmpfs", "source": "tmpfs",
     "options": ["nosuid", "strictatime", "mode=755", "size=65536k"]},
    {"destination": "/dev/pts", "type": "devpts", "source": "devpts",
     "options": ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"]},
    {"destination": "/dev/shm", "type": "tmpfs", "source": "shm",
     "options": ["nosuid", "noexec", "nodev", "mode=1777", "size=65536k"]},
    {"destination": "/dev/mqueue", "type": "mqueue", "source": "mqueue",
     "options": ["nosuid", "noexec", "nodev"]},
    {"destination": "/sys", "type": "sysfs", "source": "sysfs",
     "options": ["nosuid", "noexec", "nodev", "ro"]},
    {"destination": "/sys/fs/cgroup", "type": "cgroup", "source": "cgroup",
     "options": ["nosuid", "noexec", "nodev", "relatime", "ro"]}
  ],
  "linux": {
    "resources": {"devices": [{"allow": false, "access": "rwm"}]},
    "namespaces": [
      {"type": "pid"}, {"type": "network"}, {"type": "ipc"}, {"type": "uts"}, {"type": "mount"}, {"type": "cgroup"}
    ],
    "maskedPaths": [
      "/proc/acpi", "/proc/asound", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list",
      "/proc/timer_stats", "/proc/sched_debug", "/sys/firmware", "/sys/devices/virtual/powercap", "/proc/scsi"
    ],
    "readonlyPaths": ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"]
  }
})";

// A user namespace of one user has no gid 5 to give ptys to, and without a network namespace of its own sysfs
// cannot be mounted (sysfs checks the network namespace's owner), so the host's is bound.
constexpr std::string_view rootless_devpts = R"({
  "destination": "/dev/pts", "type": "devpts", "source": "devpts",
  "options": ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620"]
})";
constexpr std::string_view rootless_sys = R"({
  "destination": "/sys", "type": "none", "source": "/sys",
  "options": ["rbind", "nosuid", "noexec", "nodev", "ro"]
})";
constexpr std::string_view rootless_namespaces = R"([
  {"type": "pid"}, {"type": "ipc"}, {"type": "uts"}, {"type": "mount"}, {"type": "cgroup"}, {"type": "user"}
])";

void replace_mount(Value& config, const Value& mount) {
  Value::Array& mounts = *config.find("mounts")->array();
  const std::string& destination = *mount.find("destination")->string();
  std::replace_if(
      mounts.begin(), mounts.end(),
      [&](const Value& candidate) { return *candidate.find("destination")->string() == destination; }, mount);
}

Value root_is(std::uint32_t host_id) {
  Value mapping;
  mapping.set("containerID", Value(std::uint64_t{0}));
  mapping.set("hostID", Value(std::uint64_t{host_id}));
  mapping.set("size", Value(std::uint64_t{1}));
  return Value(Value::Array{std::move(mapping)});
}

}  // namespace

Value default_spec() {
  return parse(default_config, "default config.json");
}

Value default_rootless_spec(uid_t uid, gid_t gid) {
  Value config = default_spec();
  replace_mount(config, parse(rootless_devpts, "default config.json"));
  replace_mount(config, parse(rootless_sys, "default config.json"));
  Value& linux = *config.find("linux");
  // No right to change a cgroup's limits can be assumed.
  linux.erase("resources");
  linux.set("uidMappings", root_is(uid));
  linux.set("gidMappings", root_is(gid));
  linux.set("namespaces", parse(rootless_namespaces, "default config.json"));
  return config;
}

}  // namespace scrim::bundle
