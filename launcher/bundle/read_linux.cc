// SPDX-License-Identifier: Apache-2.0
// linux (runtime-spec, config-linux.md).
#include <net/if.h>
#include <sys/personality.h>

#include <algorithm>
#include <array>

#include "launcher/bundle/readers.h"
#include "libprofile/text.h"

namespace scrim::bundle {

namespace {

struct NamedNamespace {
  std::string_view name;
  NamespaceType type;
};

constexpr std::array<NamedNamespace, 8> known_namespaces{{
    {"pid", NamespaceType::pid},
    {"network", NamespaceType::network},
    {"mount", NamespaceType::mount},
    {"ipc", NamespaceType::ipc},
    {"uts", NamespaceType::uts},
    {"user", NamespaceType::user},
    {"cgroup", NamespaceType::cgroup},
    {"time", NamespaceType::time},
}};

struct NamedPropagation {
  std::string_view name;
  Propagation propagation;
};

// runc also takes the recursive forms, and engines write them.
constexpr std::array<NamedPropagation, 8> known_propagations{{
    {"shared", Propagation::shared},
    {"rshared", Propagation::shared},
    {"slave", Propagation::slave},
    {"rslave", Propagation::slave},
    {"private", Propagation::private_},
    {"rprivate", Propagation::private_},
    {"unbindable", Propagation::unbindable},
    {"runbindable", Propagation::unbindable},
}};

std::vector<Namespace> read_namespaces(const Field& linux) {
  std::vector<Namespace> namespaces;
  for (const Field& entry : linux.objects_or_none("namespaces")) {
    const Field field = entry.require("type");
    const std::string name = field.string();
    const auto* known = std::find_if(known_namespaces.begin(), known_namespaces.end(),
                                     [&](const NamedNamespace& candidate) { return candidate.name == name; });
    if (known == known_namespaces.end()) {
      field.fail(concat("must be pid, network, mount, ipc, uts, user, cgroup or time, not ", quoted(name)));
    }
    if (std::any_of(namespaces.begin(), namespaces.end(),
                    [&](const Namespace& n) { return n.type == known->type; })) {
      field.fail(concat("names the ", name, " namespace a second time"));
    }
    Namespace added{.type = known->type, .path = {}};
    // Go leaves an empty string where no path is meant.
    if (!entry.string_or_empty("path").empty()) added.path = entry.require("path").absolute_path();
    namespaces.push_back(std::move(added));
  }
  return namespaces;
}

// As runc: mappings need a user namespace, and a new user namespace needs mappings to have any user at all.
// Beside a namespace to join they are allowed, because containerd and CRI-O write them there.
void read_user_namespace(const Field& linux, Spec& spec) {
  const std::optional<Field> uids = linux.find("uidMappings");
  const std::optional<Field> gids = linux.find("gidMappings");
  if (uids) spec.uid_mappings = read_id_mappings(*uids);
  if (gids) spec.gid_mappings = read_id_mappings(*gids);
  const Namespace* user = spec.find(NamespaceType::user);
  if (user == nullptr) {
    if (!spec.uid_mappings.empty()) uids->fail("needs a user namespace in linux.namespaces");
    if (!spec.gid_mappings.empty()) gids->fail("needs a user namespace in linux.namespaces");
  } else if (user->path.empty() && (spec.uid_mappings.empty() || spec.gid_mappings.empty())) {
    linux.fail("has a new user namespace: it needs uidMappings and gidMappings");
  }
}

std::vector<std::string> read_paths(const Field& linux, std::string_view name, const Spec& spec) {
  std::vector<std::string> paths;
  const std::optional<Field> field = linux.find(name);
  if (!field) return paths;
  for (const Field& element : field->elements("strings")) paths.push_back(element.absolute_path());
  if (!paths.empty() && spec.find(NamespaceType::mount) == nullptr) {
    field->fail("needs a mount namespace in linux.namespaces: it would change the host");
  }
  return paths;
}

Propagation read_propagation(const Field& linux) {
  const std::string name = linux.string_or_empty("rootfsPropagation");
  if (name.empty()) return Propagation::unset;
  const auto* known = std::find_if(known_propagations.begin(), known_propagations.end(),
                                   [&](const NamedPropagation& candidate) { return candidate.name == name; });
  if (known != known_propagations.end()) return known->propagation;
  linux.require("rootfsPropagation")
      .fail(concat("must be shared, slave, private or unbindable, not ", quoted(name)));
}

std::uint64_t read_personality(const Field& personality) {
  // "Currently no flag values are supported" (config-linux.md), and unsupported values MUST be an error.
  if (const auto flags = personality.find("flags"); flags && !flags->strings().empty()) {
    flags->fail("must be empty: there are no personality flags");
  }
  const Field domain = personality.require("domain");
  const std::string name = domain.string();
  if (name == "LINUX") return PER_LINUX;
  if (name == "LINUX32") return PER_LINUX32;
  domain.fail(concat("must be LINUX or LINUX32, not ", quoted(name)));
}

void read_resources(const Field& linux, Spec& spec) {
  const std::optional<Field> resources = linux.find("resources");
  if (!resources) return;
  resources->expect_object();
  spec.resources = resources->value();
  if (const auto rules = resources->find("devices")) spec.device_rules = read_device_rules(*rules);
}

// As runc: offsets are of a namespace of the container's own; one that is joined has its offsets already.
std::vector<TimeOffset> read_time_offsets(const Field& linux, const Spec& spec) {
  std::vector<TimeOffset> offsets;
  const std::optional<Field> field = linux.find("timeOffsets");
  if (!field) return offsets;
  for (const auto& [clock, offset] : field->members()) {
    if (clock != "monotonic" && clock != "boottime")
      offset.fail("is of no clock that has an offset: monotonic or boottime");
    TimeOffset read{.clock = clock};
    if (const auto seconds = offset.find("secs")) read.seconds = seconds->integer<std::int64_t>();
    if (const auto rest = offset.find("nanosecs"))
      read.nanoseconds = rest->integer<std::uint32_t>(0, 999'999'999);
    offsets.push_back(std::move(read));
  }
  const Namespace* time = spec.find(NamespaceType::time);
  if (!offsets.empty() && (time == nullptr || !time->path.empty()))
    field->fail("needs a new time namespace in linux.namespaces");
  return offsets;
}

// What a container relies on is not left out silently.
void refuse_what_is_missing(const Field& linux) {
  if (const auto rdt = linux.find("intelRdt"); rdt && !rdt->members().empty())
    rdt->fail("is not supported: scrim does not manage resctrl (see `scrim features`); remove it");
}

// dev_valid_name() of net/core/dev.c.
void check_device_name(const Field& field, const std::string& name) {
  const bool bad = name.empty() || name.size() >= IFNAMSIZ || name == "." || name == ".." ||
                   name.find_first_of("/: \t\n\v\f\r") != std::string::npos;
  if (bad)
    field.fail(concat("has a network device called ", quoted(name), ": 1 to ", IFNAMSIZ - 1,
                      " characters, none of them / or : or a space"));
}

std::vector<NetDevice> read_net_devices(const Field& field, const Spec& spec) {
  std::vector<NetDevice> devices;
  for (const auto& [host_name, entry] : field.members()) {
    entry.expect_object();
    NetDevice device{host_name, entry.string_or_empty("name")};
    if (device.name.empty()) device.name = host_name;
    check_device_name(field, device.host_name);
    check_device_name(entry, device.name);
    const std::size_t percent = device.name.find('%');
    if (percent != std::string::npos && (device.name.compare(percent, 2, "%d") != 0 ||
                                         device.name.find('%', percent + 1) != std::string::npos))
      entry.fail("can have one % in its name, in %d: the first number that is free");
    if (std::ranges::find(devices, device.name, &NetDevice::name) != devices.end() &&
        percent == std::string::npos)
      entry.fail(concat("has the name of another one: ", device.name));
    devices.push_back(std::move(device));
  }
  if (!devices.empty() && spec.find(NamespaceType::network) == nullptr)
    field.fail("needs a network namespace in linux.namespaces");
  return devices;
}

}  // namespace

std::vector<IdMapping> read_id_mappings(const Field& field) {
  std::vector<IdMapping> mappings;
  for (const Field& entry : field.elements("objects")) {
    mappings.push_back({.container_id = entry.require("containerID").integer<std::uint32_t>(),
                        .host_id = entry.require("hostID").integer<std::uint32_t>(),
                        .size = entry.require("size").integer<std::uint32_t>(1)});
  }
  return mappings;
}

void read_linux(const Field& linux, Spec& spec) {
  linux.expect_object();
  // First: what the other fields may say depends on the namespaces.
  spec.namespaces = read_namespaces(linux);
  read_user_namespace(linux, spec);
  spec.time_offsets = read_time_offsets(linux, spec);
  if (const auto devices = linux.find("netDevices")) spec.net_devices = read_net_devices(*devices, spec);
  if (const auto devices = linux.find("devices")) spec.devices = read_devices(*devices);
  read_resources(linux, spec);
  spec.cgroups_path = linux.string_or_empty("cgroupsPath");
  if (const auto sysctl = linux.find("sysctl")) spec.sysctl = read_sysctl(*sysctl, spec);
  spec.rootfs_propagation = read_propagation(linux);
  spec.masked_paths = read_paths(linux, "maskedPaths", spec);
  spec.readonly_paths = read_paths(linux, "readonlyPaths", spec);
  spec.mount_label = linux.string_or_empty("mountLabel");
  if (const auto personality = linux.find("personality")) spec.personality = read_personality(*personality);
  if (const auto policy = linux.find("memoryPolicy")) spec.memory_policy = read_memory_policy(*policy);
  refuse_what_is_missing(linux);
}

}  // namespace scrim::bundle
