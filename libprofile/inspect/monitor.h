// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// The processes that watch over containers for their engines: containerd's shims (Docker's too) and conmon
// (Podman's and CRI-O's). Their command lines say which container it is and where its bundle lies, wherever
// an engine keeps its data, and nobody but the kernel says whose child a process is.
namespace scrim::inspect {

struct Monitor {
  enum class Kind : std::uint8_t { shim, conmon } kind = Kind::shim;
  pid_t pid = 0;
  uid_t user = 0;
  std::string id;              // a shim of a pod has its sandbox' here
  std::string name;            // conmon's -n
  std::string bundle;          // of `id`
  std::string shim_namespace;  // containerd's: "moby", "k8s.io", "default"
  // What its paths start from: "/proc/PID/root" if it has a mount namespace of its own, else "".
  std::string root;
};

// From a process' name, arguments and working directory; nothing if it is none of them.
[[nodiscard]] std::optional<Monitor> read_monitor(std::string_view name,
                                                  const std::vector<std::string>& arguments,
                                                  std::string_view working_directory);

// Finds monitors, each once.
class Monitors {
 public:
  Monitors();
  // The outermost one that a process descends from; nullptr if there is none: a container, or whoever is no
  // root, can have processes that look like monitors, but an engine's stands above them. It must be in this
  // process' PID namespace, have its mount namespace or a cgroup that is no container's, and be root's or of
  // the user who owns the process or its user namespace.
  [[nodiscard]] const Monitor* over(pid_t pid);
  // Each is asked for once.
  [[nodiscard]] std::optional<pid_t> parent(pid_t pid);

 private:
  [[nodiscard]] const std::optional<Monitor>& at(pid_t pid);
  std::map<pid_t, std::optional<pid_t>> parents_;
  std::map<pid_t, std::optional<Monitor>> known_;
  std::optional<std::string> pid_namespace_;
  std::optional<std::string> mount_namespace_;
};

}  // namespace scrim::inspect
