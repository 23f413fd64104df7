// SPDX-License-Identifier: Apache-2.0
#include "libprofile/resolve/privilege.h"

#include <linux/capability.h>
#include <sys/prctl.h>

#include <algorithm>
#include <bit>

#include "libprofile/resolve/bundle_request.h"

namespace scrim::resolve {

namespace {

using document::json::Value;

// runtime-spec, config-linux.md "maskedPaths", "readonlyPaths": lists of paths.
bool has_entries(const Value* list) {
  return list != nullptr && list->array() != nullptr && !list->array()->empty();
}

// A device number that is not given, or -1, stands for all of them (Linux
// Documentation/admin-guide/cgroup-v1/ devices.rst: "*"; runc's libcontainer/devices: Wildcard).
bool is_wildcard(const Value* number) {
  return number == nullptr || number->is_null() || number->signed_integer() == -1;
}

// A rule about every device: type "a" or none (config-linux.md, "Allowed Device list").
bool is_about_all_devices(const Value& rule) {
  const Value* type = rule.find("type");
  const std::string* name = type == nullptr ? nullptr : type->string();
  const bool any_type =
      type == nullptr || type->is_null() || (name != nullptr && (name->empty() || *name == "a"));
  return any_type && is_wildcard(rule.find("major")) && is_wildcard(rule.find("minor"));
}

bool allows(const Value& rule) {
  const Value* allow = rule.find("allow");
  return allow != nullptr && allow->boolean() != nullptr && *allow->boolean();
}

bool gives_all_access(const Value& rule) {
  const Value* access = rule.find("access");
  if (access == nullptr || access->string() == nullptr) return false;
  return std::all_of(std::begin("rwm"), std::end("rwm") - 1,
                     [&](char right) { return access->string()->find(right) != std::string::npos; });
}

// Rules count in order; any denial after the last "allow all" takes a part away again.
bool every_device_allowed(const Value* rules) {
  if (rules == nullptr || rules->array() == nullptr) return false;
  bool all = false;
  for (const Value& rule : *rules->array()) {
    if (!allows(rule)) all = false;
    if (allows(rule) && is_about_all_devices(rule) && gives_all_access(rule)) all = true;
  }
  return all;
}

bool is_full(CapabilitySet bounding, CapabilitySet available) {
  const auto highest =
      static_cast<unsigned>(std::bit_width(bounding.bits() | (std::uint64_t{1} << CAP_AUDIT_READ)));
  const std::uint64_t table = (highest >= 64 ? 0 : std::uint64_t{1} << highest) - 1;
  // Without the last test a container of a thoroughly confined engine would count, which has nothing to be
  // told by.
  return (available.bits() & table & ~bounding.bits()) == 0 && bounding.has(CAP_SYS_ADMIN);
}

}  // namespace

CapabilitySet own_bounding_set() {
  CapabilitySet available;
  // EINVAL: beyond the last capability of this kernel.
  for (unsigned number = 0; number < 64; ++number) {
    const int has = prctl(PR_CAPBSET_READ, number, 0, 0, 0);
    if (has < 0) break;
    if (has == 1) available.add(number);
  }
  return available;
}

bool looks_privileged(const Value& config, CapabilitySet available) {
  const Value* linux_part = config.find("linux");
  if (linux_part == nullptr) return false;
  if (has_entries(linux_part->find("maskedPaths")) || has_entries(linux_part->find("readonlyPaths")))
    return false;
  const Value* resources = linux_part->find("resources");
  if (resources == nullptr || !every_device_allowed(resources->find("devices"))) return false;
  return is_full(bounding_set(config), available);
}

bool looks_privileged(const Value& config) {
  return looks_privileged(config, own_bounding_set());
}

}  // namespace scrim::resolve
