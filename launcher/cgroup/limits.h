// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "libprofile/document/json.h"

namespace scrim::cgroup {

// One value for one control file.
struct Write {
  std::string setting;     // "linux.resources.memory.limit": who asked
  std::string controller;  // the v1 hierarchy it is in; of v2 only for messages
  std::string file;        // "memory.max"
  std::string value;
  // Where the kernel may lack the file: what to write in its place, or nothing at all.
  std::string other_file;
  std::string other_value;
  bool optional = false;
};

// linux.resources without devices (runtime-spec, config-linux.md "Control groups") as writes, in order. What
// the version has no means for becomes a warning. Throws document::DocumentError for what cannot be meant.
// file: what they were read from.
[[nodiscard]] std::vector<Write> limits_v1(const document::json::Value& resources,
                                           document::Warnings& warnings,
                                           const std::string& file = "config.json");
[[nodiscard]] std::vector<Write> limits_v2(const document::json::Value& resources,
                                           document::Warnings& warnings,
                                           const std::string& file = "config.json");

// cpu.shares (2 to 262144, 1024 being usual) as cpu.weight (1 to 10000, 100 being usual): the curve through
// these three points that runc and crun use since 2025. A straight line would give 39 for 1024, less than
// what the host's other cgroups have.
[[nodiscard]] std::uint64_t weight_of_shares(std::uint64_t shares);

}  // namespace scrim::cgroup
