// SPDX-License-Identifier: Apache-2.0
#include "libprofile/inspect/container.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "libprofile/document/file.h"
#include "libprofile/error.h"
#include "libprofile/inspect/proc_files.h"
#include "libprofile/inspect/process.h"
#include "libprofile/text.h"

namespace scrim::inspect {

using document::json::Value;

namespace {

constexpr std::size_t least_of_id = 12;  // what engines print

// A JSON file of an engine's: not followed if it is a link, not read if somebody else owns it.
Value read_owned(const std::string& path, uid_t user) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
  if (fd < 0) throw_errno(concat("open ", path));
  struct Closer {
    int fd;
    ~Closer() { ::close(fd); }
  } const closer{fd};
  struct stat status {};
  if (::fstat(fd, &status) != 0) throw_errno(concat("stat ", path));
  if (status.st_uid != user)
    throw Error(concat(path, ": belongs to user ", status.st_uid, ", not to ", user,
                       ", whose engine runs the container"));
  return document::json::parse(document::read_text(fd, path), path);
}

std::string text_at(const Value& object, std::string_view name) {
  const Value* const member = object.find(name);
  return member != nullptr && member->string() != nullptr ? *member->string() : std::string();
}

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
          read_owned(concat(root, source.substr(0, at + directory.size()), "config.v2.json"), user);
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

bool Container::is_called(std::string_view text) const {
  if (text.empty()) return false;
  if (text == id || (text.size() >= least_of_id && id.starts_with(text))) return true;
  if (name.empty()) return false;
  return text == name || (!pod.empty() && (text == concat(pod, "/", name) || text == title()));
}

void add_annotations(Container& container, const Value& config) {
  const Value* const annotations = config.find("annotations");
  if (annotations == nullptr) return;
  const auto take = [&](std::string& into, std::initializer_list<std::string_view> names) {
    for (const std::string_view name : names)
      if (into.empty()) into = text_at(*annotations, name);
  };
  // containerd: internal/cri/annotations; CRI-O: pkg/annotations and the kubelet's labels, which it copies.
  take(container.name, {"io.kubernetes.cri.container-name", "io.kubernetes.container.name"});
  take(container.pod, {"io.kubernetes.cri.sandbox-name", "io.kubernetes.pod.name"});
  take(container.pod_namespace, {"io.kubernetes.cri.sandbox-namespace", "io.kubernetes.pod.namespace"});
  take(container.image, {"io.kubernetes.cri.image-name", "io.kubernetes.cri-o.ImageName"});
  container.sandbox = text_at(*annotations, "io.kubernetes.cri.container-type") == "sandbox" ||
                      (text_at(*annotations, "io.kubernetes.cri-o.ContainerType") == "sandbox" &&
                       text_at(*annotations, "io.container.manager") == "cri-o");
}

void Containers::add(pid_t first, Container container, uid_t user) {
  if (!container.config && container.not_read.empty()) try {
      container.config = read_owned(container.config_file, user);
    } catch (const Error& error) {
      container.not_read = error.what();
    }
  all_.push_back(std::move(container));
  by_first_[first] = &all_.back();
  const std::string cgroup = place_of_process(first).cgroup;
  if (cgroup.size() > 1) by_cgroup_[cgroup] = &all_.back();
}

const Container* Containers::watched(const Monitor& monitor, const Place& place) {
  // A pod's shim watches over all of its containers: their bundles lie beside one another.
  std::string bundle = monitor.bundle;
  std::string id = monitor.id;
  if (monitor.kind == Monitor::Kind::shim && !place.id.empty() && place.id != id) {
    const std::string beside = concat(bundle.substr(0, bundle.rfind('/') + 1), place.id);
    struct stat status {};
    if (::stat(concat(monitor.root, beside).c_str(), &status) == 0) {
      bundle = beside;
      id = place.id;
    }
  }
  const auto [found, is_new] = by_bundle_.try_emplace(concat(monitor.root, bundle));
  if (!is_new) return found->second;
  Container container;
  container.id = id;
  container.config_file = concat(monitor.root, bundle, "/config.json");
  try {
    container.config = read_owned(container.config_file, monitor.user);
    add_annotations(container, *container.config);
  } catch (const Error& error) {
    container.not_read = error.what();
  }
  container.engine = engine_of(monitor, container);
  if (container.engine == "docker") add_docker_name(container, monitor.user, monitor.root);
  if (container.name.empty() && container.engine == "podman") container.name = monitor.name;
  if (container.name.empty() && monitor.shim_namespace == "default") container.name = id;
  all_.push_back(std::move(container));
  return found->second = &all_.back();
}

const Container* Containers::added(pid_t pid, const Place& place) const {
  if (by_first_.empty()) return nullptr;
  if (const auto found = by_cgroup_.find(place.cgroup); found != by_cgroup_.end()) return found->second;
  constexpr int most_generations = 1000;
  for (int i = 0; i < most_generations; ++i) {
    if (const auto found = by_first_.find(pid); found != by_first_.end()) return found->second;
    const std::optional<pid_t> parent = parent_of(pid);
    if (!parent || *parent <= 1) return nullptr;
    pid = *parent;
  }
  return nullptr;
}

const Container* Containers::of(pid_t pid, const Place& place) {
  if (const Monitor* const monitor = monitors_.over(pid)) return watched(*monitor, place);
  return added(pid, place);
}

std::optional<pid_t> process_of_container(std::string_view name, Containers& containers) {
  const auto ends_so = [&](const Place& place) {
    if (!place.id.empty() && (place.id == name || (name.size() >= least_of_id && place.id.starts_with(name))))
      return true;
    const std::string_view last = std::string_view(place.cgroup).substr(place.cgroup.rfind('/') + 1);
    return last == name || last == concat(name, ".scope") || last == concat("runc-", name, ".scope") ||
           last == concat("crun-", name, ".scope");
  };
  std::optional<pid_t> first;
  std::vector<const Container*> called_so;
  for (const FilteredProcess& process : processes_where([](const FilteredProcess&) { return true; })) {
    const Container* const container = containers.of(process.pid, process.place);
    const bool called = container != nullptr && container->is_called(name);
    if (!called && !ends_so(process.place)) continue;
    if (called && std::ranges::find(called_so, container) == called_so.end()) called_so.push_back(container);
    if (!first) first = process.pid;
  }
  if (called_so.size() > 1) {
    std::vector<std::string> titles;
    titles.reserve(called_so.size());
    for (const Container* const each : called_so)
      titles.push_back(
          concat(each->title(), " of ", each->engine, " (", each->id.substr(0, least_of_id), ")"));
    throw Error(concat("several containers are called ", name, ": ", join(titles),
                       " (mend: say more of it, or its id)"));
  }
  return first;
}

}  // namespace scrim::inspect
