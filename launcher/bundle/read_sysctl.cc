// SPDX-License-Identifier: Apache-2.0
// linux.sysctl (runtime-spec, config-linux.md "Sysctl"): only what a namespace of the container's own holds,
// because everything else would change the host.
#include <algorithm>
#include <array>
#include <string_view>

#include "launcher/bundle/readers.h"
#include "libprofile/text.h"

namespace scrim::bundle {

namespace {

// ipc_namespaces(7): System V IPC. POSIX message queues are fs.mqueue.*.
constexpr std::array<std::string_view, 8> ipc_settings{
    "kernel/msgmax", "kernel/msgmnb", "kernel/msgmni", "kernel/sem",
    "kernel/shmall", "kernel/shmmax", "kernel/shmmni", "kernel/shm_rmid_forced",
};

// sysctl(8): the first separator says which of "." and "/" separates; the other one then stands for a "." in
// a name, as in net.ipv4.conf.eth0/100.forwarding.
std::string path_below_proc_sys(std::string name) {
  const std::size_t first = name.find_first_of("./");
  if (first == std::string::npos || name[first] == '/') return name;
  for (char& c : name) {
    if (c == '.') {
      c = '/';
    } else if (c == '/') {
      c = '.';
    }
  }
  return name;
}

bool is_plain_path(std::string_view path) {
  const std::vector<std::string_view> parts = split(path, '/');
  return std::none_of(parts.begin(), parts.end(),
                      [](std::string_view part) { return part.empty() || part == "." || part == ".."; });
}

void expect_namespace(const Field& setting, const Spec& spec, NamespaceType type, std::string_view name) {
  if (spec.find(type) != nullptr) return;
  setting.fail(concat("would change the host: add ", name, " to linux.namespaces or remove the setting"));
}

void expect_namespaced(const Field& setting, std::string_view path, const Spec& spec) {
  if (path == "kernel/hostname") setting.fail("conflicts with hostname: set that instead");
  if (path.starts_with("net/")) {
    expect_namespace(setting, spec, NamespaceType::network, "network");
  } else if (path.starts_with("fs/mqueue/") ||
             std::find(ipc_settings.begin(), ipc_settings.end(), path) != ipc_settings.end()) {
    expect_namespace(setting, spec, NamespaceType::ipc, "ipc");
  } else if (path == "kernel/domainname") {
    expect_namespace(setting, spec, NamespaceType::uts, "uts");
  } else {
    setting.fail("belongs to no namespace: it would change the host");
  }
}

}  // namespace

std::vector<Setting> read_sysctl(const Field& sysctl, const Spec& spec) {
  std::vector<Setting> settings;
  for (const auto& [name, field] : sysctl.members()) {
    std::string path = path_below_proc_sys(name);
    if (name.find('\0') != std::string::npos || !is_plain_path(path))
      field.fail("is no name of a kernel parameter");
    expect_namespaced(field, path, spec);
    settings.push_back({.name = std::move(path), .value = field.string()});
  }
  return settings;
}

}  // namespace scrim::bundle
