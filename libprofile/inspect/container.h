// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libprofile/document/json.h"
#include "libprofile/inspect/monitor.h"
#include "libprofile/inspect/place.h"

// What engines keep on disk about the containers that run: whose they are, what they are called, and the
// config.json that they were started from. No engine is asked; each file must belong to the user whose
// process watches over the container, so that no container can have written it.
namespace scrim::inspect {

struct Container {
  std::string engine;  // "docker", "containerd", "podman", "cri-o", "scrim", "runc", "crun"
  uid_t user = 0;      // whose engine it is
  std::string id;
  std::string name;  // as its user calls it; in a pod, the container's name there
  std::string pod;
  std::string pod_namespace;
  std::string image;
  bool sandbox = false;                         // a pod's own
  std::string config_file;                      // where its config.json lies
  std::optional<document::json::Value> config;  // what it says
  std::string not_read;                         // why that is not known; empty if it is

  // "namespace/pod/name", "name", or the id where it has no name.
  [[nodiscard]] std::string title() const;
  // "docker", and "podman of user 1000" where it is not root's.
  [[nodiscard]] std::string engine_and_user() const;
  // Whether that is what somebody means: the id, twelve or more characters that it starts with, the name,
  // "pod/name" or "namespace/pod/name".
  [[nodiscard]] bool is_called(std::string_view text) const;
};

// Fills in what a config.json says of its own container: the annotations of containerd's or CRI-O's CRI
// services (io.kubernetes.…). Of another engine's container they were written by whoever started it.
void add_annotations(Container& container, const document::json::Value& config);

// Containers by their processes; each is read once.
class Containers {
 public:
  Containers() = default;
  Containers(const Containers&) = delete;
  Containers& operator=(const Containers&) = delete;
  Containers(Containers&&) = default;
  Containers& operator=(Containers&&) = default;
  ~Containers() = default;
  // One that no monitor watches over: it is known by its first process, that one's descendants, and its
  // cgroup. Its files may belong to `user`.
  void add(pid_t first, Container container, uid_t user);
  // The runtime of that bundle was given another config.json, which belongs to the same user.
  void reads_other_config(const std::string& bundle, std::string config_file);
  // The container of a process; nullptr if none is known. A monitor in an added one is that one's own.
  [[nodiscard]] const Container* of(pid_t pid, const Place& place);

 private:
  [[nodiscard]] const Container* watched(const Monitor& monitor, const Place& place);
  // Nothing if a pod's shim does not watch over that one.
  [[nodiscard]] const Container* bundled(const Monitor& monitor, const std::string& id,
                                         const std::string& bundle);
  [[nodiscard]] const Container* added(pid_t pid, const Place& place);

  Monitors monitors_;
  std::deque<Container> all_;  // does not move them
  std::map<std::string, std::string> other_configs_;
  std::map<std::string, const Container*> by_bundle_;
  std::map<pid_t, const Container*> by_first_;
  std::map<std::string, const Container*> by_cgroup_;
};

// The process of a running container that is called so, or whose cgroup's path ends so; the one with the
// lowest number. Nothing if there is none. Throws Error, naming them, if several containers are.
[[nodiscard]] std::optional<pid_t> process_of_container(std::string_view name, Containers& containers);

}  // namespace scrim::inspect
