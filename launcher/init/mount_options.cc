// SPDX-License-Identifier: Apache-2.0
#include "launcher/init/mount_options.h"

#include <sys/mount.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace scrim::init {

namespace {

struct AttributeOption {
  std::string_view name;
  std::uint64_t attribute;  // MOUNT_ATTR_*
  bool set;
};

// Each has a recursive twin with an "r" before it, for mount_setattr(2)'s AT_RECURSIVE. The access-time modes
// replace each other: MOUNT_ATTR_RELATIME is 0, so relatime is "set nothing, clear the field".
constexpr std::array attribute_options{
    AttributeOption{"ro", MOUNT_ATTR_RDONLY, true},
    AttributeOption{"rw", MOUNT_ATTR_RDONLY, false},
    AttributeOption{"nosuid", MOUNT_ATTR_NOSUID, true},
    AttributeOption{"suid", MOUNT_ATTR_NOSUID, false},
    AttributeOption{"nodev", MOUNT_ATTR_NODEV, true},
    AttributeOption{"dev", MOUNT_ATTR_NODEV, false},
    AttributeOption{"noexec", MOUNT_ATTR_NOEXEC, true},
    AttributeOption{"exec", MOUNT_ATTR_NOEXEC, false},
    AttributeOption{"nodiratime", MOUNT_ATTR_NODIRATIME, true},
    AttributeOption{"diratime", MOUNT_ATTR_NODIRATIME, false},
    AttributeOption{"noatime", MOUNT_ATTR_NOATIME, true},
    AttributeOption{"atime", MOUNT_ATTR__ATIME, false},
    AttributeOption{"strictatime", MOUNT_ATTR_STRICTATIME, true},
    AttributeOption{"nostrictatime", MOUNT_ATTR__ATIME, false},
    AttributeOption{"relatime", MOUNT_ATTR__ATIME, false},
    AttributeOption{"norelatime", MOUNT_ATTR__ATIME, false},
    AttributeOption{"nosymfollow", MOUNT_ATTR_NOSYMFOLLOW, true},
    AttributeOption{"symfollow", MOUNT_ATTR_NOSYMFOLLOW, false},
};

struct PropagationOption {
  std::string_view name;
  std::uint64_t type;
  bool recursive;
};

constexpr std::array propagation_options{
    PropagationOption{"shared", MS_SHARED, false},
    PropagationOption{"rshared", MS_SHARED, true},
    PropagationOption{"slave", MS_SLAVE, false},
    PropagationOption{"rslave", MS_SLAVE, true},
    PropagationOption{"private", MS_PRIVATE, false},
    PropagationOption{"rprivate", MS_PRIVATE, true},
    PropagationOption{"unbindable", MS_UNBINDABLE, false},
    PropagationOption{"runbindable", MS_UNBINDABLE, true},
};

// Said by mount(8) for itself, or already the default: they ask nothing of the kernel.
constexpr std::array<std::string_view, 9> ignored_options{
    "defaults", "async", "nolazytime", "nomand", "noiversion", "loud", "silent", "mand", "iversion"};

// Of the file system, not of the mount: a bind mount has none of its own, and leaves them as they are.
constexpr std::array<std::string_view, 3> file_system_options{"sync", "dirsync", "lazytime"};

template <typename Table>
const auto* find(const Table& table, std::string_view name) {
  const auto found =
      std::find_if(table.begin(), table.end(), [&](const auto& entry) { return entry.name == name; });
  return found == table.end() ? nullptr : &*found;
}

void apply(const AttributeOption& option, os::MountAttributes& attributes) {
  const std::uint64_t field =
      (option.attribute & MOUNT_ATTR__ATIME) != 0 ? MOUNT_ATTR__ATIME : option.attribute;
  // A later option overrides an earlier one.
  attributes.set &= ~field;
  attributes.clear &= ~field;
  (option.set ? attributes.set : attributes.clear) |= option.set ? option.attribute : field;
}

}  // namespace

MountOptions parse_mount_options(const std::vector<std::string>& options) {
  MountOptions parsed;
  for (const std::string& option : options) {
    if (option.empty()) continue;
    if (option == "bind" || option == "rbind") {
      parsed.bind = true;
      parsed.recursive = parsed.recursive || option == "rbind";
    } else if (const auto* attribute = find(attribute_options, option)) {
      apply(*attribute, parsed.attributes);
    } else if (const auto* propagation = find(propagation_options, option)) {
      parsed.propagations.push_back({propagation->type, propagation->recursive});
    } else if (const auto* recursive = find(attribute_options, std::string_view(option).substr(1));
               option.front() == 'r' && recursive != nullptr) {
      apply(*recursive, parsed.recursive_attributes);
    } else if (option == "tmpcopyup") {
      parsed.copy_up = true;
    } else if (option == "remount") {
      parsed.remount = true;
    } else if (option == "idmap" || option == "ridmap") {
      parsed.recursively_id_mapped = option == "ridmap";
    } else if (std::find(file_system_options.begin(), file_system_options.end(), option) !=
               file_system_options.end()) {
      parsed.file_system_flags.push_back(option);
    } else if (std::find(ignored_options.begin(), ignored_options.end(), option) == ignored_options.end()) {
      const std::size_t equals = option.find('=');
      if (equals == std::string::npos)
        parsed.parameters.emplace_back(option, "");
      else
        parsed.parameters.emplace_back(option.substr(0, equals), option.substr(equals + 1));
    }
  }
  return parsed;
}

std::vector<std::string> known_mount_options() {
  std::vector<std::string> names{"bind", "rbind", "tmpcopyup", "remount", "idmap", "ridmap"};
  for (const AttributeOption& option : attribute_options) {
    names.emplace_back(option.name);
    names.push_back("r" + std::string(option.name));
  }
  for (const PropagationOption& option : propagation_options) names.emplace_back(option.name);
  for (const std::string_view option : file_system_options) names.emplace_back(option);
  for (const std::string_view option : ignored_options) names.emplace_back(option);
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace scrim::init
