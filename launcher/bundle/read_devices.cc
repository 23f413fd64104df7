// SPDX-License-Identifier: Apache-2.0
// linux.devices and linux.resources.devices (runtime-spec, config-linux.md "Devices", "Allowed Device list").
#include "launcher/bundle/readers.h"
#include "libprofile/text.h"

namespace scrim::bundle {

namespace {

// Of the kernel's 32 bits of a device number, 12 are the major and 20 the minor (include/linux/kdev_t.h).
constexpr std::uint32_t max_major = (1U << 12) - 1;
constexpr std::uint32_t max_minor = (1U << 20) - 1;

char read_type(const Field& field) {
  const std::string type = field.string();
  // mknod(1): u is an unbuffered character device, the same to Linux.
  if (type == "c" || type == "u") return 'c';
  if (type == "b" || type == "p") return type.front();
  field.fail(concat("must be c, u, b or p, not ", quoted(type)));
}

char read_rule_type(const Field& rule) {
  const std::optional<Field> field = rule.find("type");
  if (!field) return 'a';
  const std::string type = field->string();
  if (type.empty()) return 'a';
  if (type == "a" || type == "b" || type == "c") return type.front();
  field->fail(concat("must be a, b or c, not ", quoted(type)));
}

// Nothing stands for every number; engines write -1 for that too.
std::optional<std::int64_t> read_rule_number(const Field& rule, std::string_view name, std::uint32_t max) {
  const std::optional<Field> field = rule.find(name);
  if (!field) return std::nullopt;
  const auto number = field->integer<std::int64_t>(-1, max);
  return number == -1 ? std::nullopt : std::optional(number);
}

}  // namespace

std::vector<Device> read_devices(const Field& field) {
  std::vector<Device> devices;
  for (const Field& entry : field.elements("objects")) {
    Device device;
    device.path = entry.require("path").absolute_path();
    device.type = read_type(entry.require("type"));
    if (device.type != 'p') {
      device.major = entry.require("major").integer<std::uint32_t>(0, max_major);
      device.minor = entry.require("minor").integer<std::uint32_t>(0, max_minor);
    }
    // Engines copy st_mode here, with the file type in it.
    if (const auto mode = entry.find("fileMode")) device.file_mode = mode->integer<std::uint32_t>() & 07777U;
    if (const auto uid = entry.find("uid")) device.uid = uid->integer<uid_t>();
    if (const auto gid = entry.find("gid")) device.gid = gid->integer<gid_t>();
    devices.push_back(std::move(device));
  }
  return devices;
}

std::vector<DeviceRule> read_device_rules(const Field& field) {
  std::vector<DeviceRule> rules;
  for (const Field& entry : field.elements("objects")) {
    DeviceRule rule;
    rule.allow = entry.require("allow").boolean();
    rule.type = read_rule_type(entry);
    rule.major = read_rule_number(entry, "major", max_major);
    rule.minor = read_rule_number(entry, "minor", max_minor);
    const Field access = entry.require("access");
    rule.access = access.string();
    if (rule.access.empty() || rule.access.find_first_not_of("rwm") != std::string::npos) {
      access.fail(concat("must be made of r, w and m, not ", quoted(rule.access)));
    }
    rules.push_back(std::move(rule));
  }
  return rules;
}

}  // namespace scrim::bundle
