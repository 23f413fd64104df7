// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "launcher/bundle/spec.h"
#include "launcher/cgroup/cgroup.h"
#include "launcher/criu/descriptors.h"
#include "libprofile/document/json.h"

namespace scrim::runtime {

// What runtime.md of runtime-spec calls "State", and what later commands need to know. One file, state.json.
struct ContainerState {
  std::string oci_version;
  std::string id;
  std::string bundle;
  std::string rootfs;
  std::string created;  // RFC 3339
  uid_t owner = 0;      // who created it
  pid_t pid = 0;        // 0: not there yet
  // When the process started, in clock ticks since boot (proc_pid_stat(5), field 22): tells it from a later
  // one of the same number.
  std::uint64_t start_time = 0;
  std::vector<bundle::Setting> annotations;
  cgroup::Cgroup cgroup;
  document::json::Value resources;  // linux.resources as in force, without devices; null without
  document::json::Value hooks;      // as config.json has them: start and delete run the later ones
  // Where the seccomp listener goes at start, and what is said with it; empty without one.
  std::string listener_path;
  std::string listener_metadata;
  std::string profile;  // name of the resolution
  std::vector<std::string> profile_because;
  // SECCOMP_FILTER_FLAG_* of the filter that lies beside the state (Container::load_filter()); nothing:
  // Unconfined.
  std::optional<unsigned> filter_flags;
  // What a process that joins later is like: config.json's process, linux.personality and linux.memoryPolicy,
  // and whether there is a session keyring of the container's own. Null until the container is created.
  document::json::Value process;
  std::optional<std::uint64_t> personality;
  document::json::Value memory_policy;
  bool new_keyring = true;
  // What `checkpoint` has to know: the namespaces that were joined, not created, as /proc/PID/ns names them,
  // and the standard streams that the first process was created with (criu/descriptors.h).
  std::vector<std::string> joined_namespaces;
  criu::StandardStreams streams;
};

enum class Status { creating, created, running, paused, stopped };
[[nodiscard]] std::string_view name_of(Status status);

[[nodiscard]] std::string to_text(const ContainerState& state);
// Throws Error if it is no state.json of ours. What an older scrim did not write has its default, unless that
// would be unsafe.
[[nodiscard]] ContainerState parse_state(std::string_view text, const std::string& file);
// What can be read of a damaged one: for `delete --force`. Nothing of it is certain.
[[nodiscard]] ContainerState salvage_state(std::string_view text, const std::string& file);

// The state that hooks read and that `scrim state` prints. pid is left out where the specification lets it.
[[nodiscard]] document::json::Value oci_state(const ContainerState& state, std::string_view status);

}  // namespace scrim::runtime
