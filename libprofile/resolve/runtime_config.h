// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "libprofile/resolve/resolve.h"

namespace scrim::resolve {

// /etc/scrim/config.json: what scrim does when an engine calls it, where no option can be given.
struct RuntimeConfig {
  Settings settings;
  std::string delegate;  // path or name of the runtime that carries commands out; empty: scrim itself
  bool annotations_trusted = false;  // may replace, weaken and remove a profile, not only add one
};

inline constexpr const char* default_runtime_config = "/etc/scrim/config.json";

// Reads it strictly: an unknown key, a wrong type or an unknown value is an error, never ignored.
[[nodiscard]] RuntimeConfig parse_runtime_config(std::string_view text, std::string_view file);

// The file's, or the defaults if there is no such file and it was not asked for by name (`required`).
[[nodiscard]] RuntimeConfig load_runtime_config(const std::string& path, bool required);

}  // namespace scrim::resolve
