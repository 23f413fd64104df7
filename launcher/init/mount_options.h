// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "launcher/os/mount.h"

namespace scrim::init {

// mounts[].options, sorted by what has to be done with them (runtime-spec config.md, "Linux mount options").
struct MountOptions {
  bool bind = false;
  bool recursive = false;  // rbind
  bool remount = false;
  bool recursively_id_mapped = false;  // ridmap; that a mount is id-mapped at all is the runtime's business
  os::MountAttributes attributes;
  os::MountAttributes recursive_attributes;  // rro, rnosuid, …
  struct Propagation {
    std::uint64_t type = 0;  // MS_SHARED, MS_SLAVE, MS_PRIVATE, MS_UNBINDABLE
    bool recursive = false;
  };
  std::vector<Propagation> propagations;
  std::vector<std::string> file_system_flags;                   // "sync"
  std::vector<std::pair<std::string, std::string>> parameters;  // the file system's own: "size" = "64k"
  bool copy_up = false;  // tmpcopyup: the tmpfs starts with what the directory below it holds
};

// What is no generic option is the file system's own parameter, as mount(8) has it.
[[nodiscard]] MountOptions parse_mount_options(const std::vector<std::string>& options);

// The names parse_mount_options() knows, for `features`.
[[nodiscard]] std::vector<std::string> known_mount_options();

}  // namespace scrim::init
