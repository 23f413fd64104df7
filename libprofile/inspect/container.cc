// SPDX-License-Identifier: Apache-2.0
#include "libprofile/inspect/container.h"

#include <algorithm>

#include "libprofile/error.h"
#include "libprofile/inspect/owned_file.h"
#include "libprofile/inspect/proc_files.h"
#include "libprofile/inspect/process.h"
#include "libprofile/text.h"

namespace scrim::inspect {

using document::json::Value;

namespace {

constexpr std::size_t least_of_id = 12;  // what engines print

// Docker has the name in a file beside those that it mounts into every container, wherever its data is.
void add_docker_name(Container& container, uid_t user, const std::string& root) {
  const Value* const mounts = container.config ? container.config->find("mounts") : nullptr;
  if (mounts == nullptr || mounts->array() == nullptr) return;
  const std::string directory = concat("/containers/", container.id, "/");
  for (const Value& mount : *mounts->array()) {
    const std::string source = text_at(mount, "source");
    const std::size_t at = source.rfind(directory);
    if (at == std::string::npos) continue;
    try {
      const Value known =
          read_owned(root, concat(source.substr(0, at + directory.size()), "config.v2.json"), user);
      container.name = text_at(known, "Name");
      if (container.name.starts_with('/')) container.name.erase(0, 1);
      if (const Value* const config = known.find("Config")) container.image = text_at(*config, "Image");
    } catch (const Error&) {
      // Another version of Docker: it is known by its id.
    }
    return;
  }
}

std::string_view engine_of(const Monitor& monitor, const Container& container) {
  if (monitor.kind == Monitor::Kind::shim) return monitor.shim_namespace == "moby" ? "docker" : "containerd";
  const Value* const annotations = container.config ? container.config->find("annotations") : nullptr;
  // Podman writes some of CRI-O's annotations, but it says who it is.
  if (annotations != nullptr && text_at(*annotations, "io.container.manager") == "cri-o") return "cri-o";
  return "podman";
}

}  // namespace

std::string Container::title() const {
  if (name.empty()) return sandbox && !pod.empty() ? concat(pod_namespace, "/", pod, " (sandbox)") : id;
  return pod.empty() ? name : concat(pod_namespace, "/", pod, "/", name);
}

std::string Container::engine_and_user() const {
  return user == 0 ? engine : concat(engine, " of user ", user);
}

bool Container::is_called(std::string_view text) const {
  if (text.empty()) return false;
  if (text == id || (text.size() >= least_of_id && id.starts_with(text))) return true;
  if (name.empty()) return false;
  return text == name || (!pod.empty() && (text == concat(pod, "/", name) || text == title()));
}

void add_annotations(Container& container, const Value& config) {
  const Value* const annotations = config.find("annotations");
  if (annotations == nullptr) return;
  if (container.engine == "containerd") {  // internal/cri/annotations
    container.name = text_at(*annotations, "io.kubernetes.cri.container-name");
    container.pod = text_at(*annotations, "io.kubernetes.cri.sandbox-name");
    container.pod_namespace = text_at(*annotations, "io.kubernetes.cri.sandbox-namespace");
    container.image = text_at(*annotations, "io.kubernetes.cri.image-name");
    container.sandbox = text_at(*annotations, "io.kubernetes.cri.container-type") == "sandbox";
  } else if (container.engine == "cri-o") {  // pkg/annotations and the kubelet's labels, which it copies
    container.name = text_at(*annotations, "io.kubernetes.container.name");
    container.pod = text_at(*annotations, "io.kubernetes.pod.name");
    container.pod_namespace = text_at(*annotations, "io.kubernetes.pod.namespace");
    container.image = text_at(*annotations, "io.kubernetes.cri-o.ImageName");
    container.sandbox = text_at(*annotations, "io.kubernetes.cri-o.ContainerType") == "sandbox";
  }
}

void Containers::add(pid_t first, Container container, uid_t user) {
  if (!container.config && container.not_read.empty()) try {
      container.config = read_owned("", container.config_file, user);
    } catch (const Error& error) {
      container.not_read = error.what();
    }
  container.user = user;
  all_.push_back(std::move(container));
  by_first_[first] = &all_.back();
  // One that it shares with whoever started it is not the container's own.
  const std::string cgroup = place_of_process(first).cgroup;
  const std::optional<pid_t> starter = parent_of(first);
  if (cgroup.size() > 1 && (!starter || place_of_process(*starter).cgroup != cgroup))
    by_cgroup_[cgroup] = &all_.back();
}

void Containers::reads_other_config(const std::string& bundle, std::string config_file) {
  other_configs_[bundle] = std::move(config_file);
}

const Container* Containers::watched(const Monitor& monitor, const Place& place) {
  // A pod's shim watches over all of its containers: their bundles lie beside one another.
  if (monitor.kind == Monitor::Kind::shim && !place.id.empty() && place.id != monitor.id) {
    const std::string beside = concat(monitor.bundle.substr(0, monitor.bundle.rfind('/') + 1), place.id);
    if (const Container* const container = bundled(monitor, place.id, beside)) return container;
  }
  return bundled(monitor, monitor.id, monitor.bundle);
}

const Container* Containers::bundled(const Monitor& monitor, const std::string& id,
                                     const std::string& bundle) {
  const auto [found, is_new] = by_bundle_.try_emplace(concat(monitor.root, bundle));
  if (!is_new) return found->second;
  Container container;
  container.user = monitor.user;
  container.id = id;
  const auto other = monitor.root.empty() ? other_configs_.find(bundle) : other_configs_.end();
  const std::string file = other == other_configs_.end() ? concat(bundle, "/config.json") : other->second;
  container.config_file = concat(monitor.root, file);
  try {
    container.config = read_owned(monitor.root, file, monitor.user);
  } catch (const Error& error) {
    container.not_read = error.what();
  }
  if (id != monitor.id) {
    const Value* const annotations = container.config ? container.config->find("annotations") : nullptr;
    if (annotations == nullptr || text_at(*annotations, "io.kubernetes.cri.sandbox-id") != monitor.id)
      return nullptr;
  }
  container.engine = engine_of(monitor, container);
  if (container.config) add_annotations(container, *container.config);
  if (container.engine == "docker") add_docker_name(container, monitor.user, monitor.root);
  if (container.name.empty() && container.engine == "podman") container.name = monitor.name;
  if (container.name.empty() && monitor.shim_namespace == "default") container.name = id;
  all_.push_back(std::move(container));
  return found->second = &all_.back();
}

const Container* Containers::added(pid_t pid, const Place& place) {
  if (by_first_.empty()) return nullptr;
  if (const auto found = by_cgroup_.find(place.cgroup); found != by_cgroup_.end()) return found->second;
  constexpr int most_generations = 1000;
  for (int i = 0; i < most_generations; ++i) {
    if (const auto found = by_first_.find(pid); found != by_first_.end()) return found->second;
    const std::optional<pid_t> parent = monitors_.parent(pid);
    if (!parent || *parent <= 1) return nullptr;
    pid = *parent;
  }
  return nullptr;
}

const Container* Containers::of(pid_t pid, const Place& place) {
  const Container* const known = added(pid, place);
  const Monitor* const monitor = monitors_.over(pid);
  if (monitor == nullptr) return known;
  if (known != nullptr && added(monitor->pid, place_of_process(monitor->pid)) == known) return known;
  return watched(*monitor, place);
}

std::optional<pid_t> process_of_container(std::string_view name, Containers& containers) {
  const auto ends_so = [&](const Place& place) {
    if (!place.id.empty() && (place.id == name || (name.size() >= least_of_id && place.id.starts_with(name))))
      return true;
    const std::string_view last = std::string_view(place.cgroup).substr(place.cgroup.rfind('/') + 1);
    return last == name || last == concat(name, ".scope") || last == concat("runc-", name, ".scope") ||
           last == concat("crun-", name, ".scope");
  };
  // Anybody who may make a cgroup may give it a container's name: that counts if no container is called so.
  std::optional<pid_t> first_called;
  std::optional<pid_t> first_placed;
  std::vector<const Container*> called_so;
  std::vector<std::string> placed_so;
  for (const FilteredProcess& process : processes_where([](const FilteredProcess&) { return true; })) {
    const Container* const container = containers.of(process.pid, process.place);
    if (container != nullptr && container->is_called(name)) {
      if (std::ranges::find(called_so, container) == called_so.end()) called_so.push_back(container);
      if (!first_called) first_called = process.pid;
    } else if (ends_so(process.place)) {
      const std::string& where = process.place.id.empty() ? process.place.cgroup : process.place.id;
      if (std::ranges::find(placed_so, where) == placed_so.end()) placed_so.push_back(where);
      if (!first_placed) first_placed = process.pid;
    }
  }
  if (called_so.size() > 1) {
    std::vector<std::string> titles;
    titles.reserve(called_so.size());
    for (const Container* const each : called_so)
      titles.push_back(
          concat(each->title(), " of ", each->engine_and_user(), " (", each->id.substr(0, least_of_id), ")"));
    throw Error(concat("several containers are called ", name, ": ", join(titles),
                       " (mend: say more of it, or its id)"));
  }
  if (first_called) return first_called;
  if (placed_so.size() > 1)
    throw Error(concat("several cgroups are called ", name, ": ", join(placed_so),
                       " (mend: name a process by its number)"));
  return first_placed;
}

}  // namespace scrim::inspect
