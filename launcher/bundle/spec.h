// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sched.h>
#include <sys/resource.h>
#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "libprofile/document/json.h"
#include "libprofile/resolve/capabilities.h"

// A config.json as types (runtime-spec 1.2.1, config.md and config-linux.md), validated: what is here can be
// meant. linux.seccomp is not here: libprofile/resolve reads it.
namespace scrim::bundle {

enum class NamespaceType : std::uint8_t { user, mount, pid, network, ipc, uts, cgroup, time };

// A new namespace (empty path), or one to join.
struct Namespace {
  NamespaceType type = NamespaceType::mount;
  std::string path;
};

struct IdMapping {
  std::uint32_t container_id = 0;
  std::uint32_t host_id = 0;
  std::uint32_t size = 0;
};

// linux.timeOffsets: what a new time namespace adds to a clock of the host's (time_namespaces(7)).
struct TimeOffset {
  std::string clock;  // "monotonic" or "boottime"
  std::int64_t seconds = 0;
  std::uint32_t nanoseconds = 0;
};

struct Mount {
  std::string destination;              // absolute, inside the container
  std::string type;                     // "bind" if an option says so
  std::string source;                   // absolute for bind mounts
  std::vector<std::string> options;     // as written; init/mount interprets them
  std::vector<IdMapping> uid_mappings;  // of an id-mapped mount; both or none
  std::vector<IdMapping> gid_mappings;
};

struct Device {
  std::string path;
  char type = 'c';  // 'c' (and 'u'), 'b', 'p'
  std::uint32_t major = 0;
  std::uint32_t minor = 0;
  std::optional<mode_t> file_mode;
  std::optional<uid_t> uid;
  std::optional<gid_t> gid;
};

struct DeviceRule {
  bool allow = false;
  char type = 'a';  // 'a', 'c', 'b'
  std::optional<std::int64_t> major;
  std::optional<std::int64_t> minor;
  std::string access;  // of "rwm"
};

struct Rlimit {
  int resource = 0;  // RLIMIT_*
  std::string name;  // "RLIMIT_NOFILE"
  rlim_t soft = 0;
  rlim_t hard = 0;
};

struct User {
  uid_t uid = 0;
  gid_t gid = 0;
  std::optional<mode_t> umask;
  std::vector<gid_t> additional_gids;
};

struct Capabilities {
  resolve::CapabilitySet bounding, effective, inheritable, permitted, ambient;
};

struct ConsoleSize {
  std::uint16_t height = 0;
  std::uint16_t width = 0;
};

// process.scheduler, as sched_setattr(2) takes it.
struct Scheduler {
  std::uint32_t policy = 0;  // SCHED_*
  std::uint64_t flags = 0;   // SCHED_FLAG_*
  std::int32_t nice = 0;
  std::uint32_t priority = 0;
  std::uint64_t runtime = 0, deadline = 0, period = 0;  // nanoseconds
};

// process.execCPUAffinity: where a process that `exec` adds runs before it is in the container's cgroup, and
// from then on.
struct CpuAffinity {
  std::optional<cpu_set_t> initial;
  std::optional<cpu_set_t> final;
};

// linux.memoryPolicy of runtime-spec 1.3, as set_mempolicy(2) takes it.
struct MemoryPolicy {
  int mode = 0;                      // MPOL_* with its MPOL_F_*
  std::vector<unsigned long> nodes;  // a bit for each node; may be empty
};

// process of config.json, and the whole file of `exec --process`.
struct Process {
  bool terminal = false;
  std::optional<ConsoleSize> console_size;
  User user;
  std::vector<std::string> args;
  std::vector<std::string> env;  // NAME=value
  std::string cwd = "/";
  std::optional<Capabilities> capabilities;  // nothing: as runc reads it (see README.md)
  std::vector<Rlimit> rlimits;
  bool no_new_privileges = false;
  std::string apparmor_profile;
  std::string selinux_label;
  std::optional<int> oom_score_adj;
  std::optional<Scheduler> scheduler;
  std::optional<int> io_priority;  // class and level as ioprio_set(2) takes them
  CpuAffinity exec_affinity;
};

struct Hook {
  std::string path;  // absolute
  std::vector<std::string> args;
  std::vector<std::string> env;
  std::optional<int> timeout;  // seconds, > 0
};

struct Hooks {
  std::vector<Hook> prestart, create_runtime, create_container, start_container, poststart, poststop;
};

struct Setting {
  std::string name;
  std::string value;
};

enum class Propagation : std::uint8_t { unset, shared, slave, private_, unbindable };

// A network device of the host that becomes the container's.
struct NetDevice {
  std::string host_name;
  std::string name;  // in the container; "eth%d": the first that is free
};

struct Spec {
  std::string oci_version;
  std::optional<Process> process;
  std::string root_path;  // absolute
  bool root_readonly = false;
  std::string hostname;
  std::string domainname;
  std::vector<Mount> mounts;
  Hooks hooks;
  std::vector<Setting> annotations;

  std::vector<Namespace> namespaces;
  std::vector<TimeOffset> time_offsets;
  std::vector<IdMapping> uid_mappings;
  std::vector<IdMapping> gid_mappings;
  std::vector<NetDevice> net_devices;
  std::vector<Device> devices;
  std::vector<DeviceRule> device_rules;            // linux.resources.devices
  std::optional<document::json::Value> resources;  // linux.resources as written, for cgroup/
  std::string cgroups_path;
  std::vector<Setting> sysctl;  // name: the path below /proc/sys, "net/ipv4/ip_forward"
  Propagation rootfs_propagation = Propagation::unset;
  std::vector<std::string> masked_paths;
  std::vector<std::string> readonly_paths;
  std::string mount_label;
  std::optional<std::uint64_t> personality;  // PER_*
  std::optional<MemoryPolicy> memory_policy;

  // The namespace of that type, if the spec has one.
  [[nodiscard]] const Namespace* find(NamespaceType type) const;
};

// Reads and validates config.json. `bundle`: absolute path of the bundle's directory, which relative paths
// are relative to. Throws document::DocumentError ("config.json:12:5: …") for what cannot be meant or what
// runtime-spec says MUST be an error; fields of config.json that scrim does not carry out yet become warnings
// that name them.
[[nodiscard]] Spec read_spec(const document::json::Value& config, const std::string& file,
                             const std::string& bundle, document::Warnings& warnings);

// process alone, as `exec --process` gives it.
[[nodiscard]] Process read_process(const document::json::Value& process, const std::string& file,
                                   document::Warnings& warnings);

// linux.memoryPolicy alone, as a container's state keeps it; null is none.
[[nodiscard]] std::optional<MemoryPolicy> read_memory_policy(const document::json::Value& policy,
                                                             const std::string& file);

// `hooks` alone, as a container's state keeps it; null is none.
[[nodiscard]] Hooks read_hooks(const document::json::Value& hooks, const std::string& file);

// What `scrim spec` writes: a config.json that runs sh in rootfs/ (as `runc spec` does), for root or for the
// user of those ids with a user namespace.
[[nodiscard]] document::json::Value default_spec();
[[nodiscard]] document::json::Value default_rootless_spec(uid_t uid, gid_t gid);

}  // namespace scrim::bundle
