// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "launcher/delegate/enforcement.h"
#include "libprofile/document/json.h"
#include "libprofile/resolve/runtime_config.h"

namespace scrim::delegate {

struct ResolvedBundle {
  std::string bundle;                // the caller's, absolute and without symbolic links
  std::string config;                // the text of a config.json that works in any directory
  std::vector<std::string> because;  // which profile and why, one step a line
  std::vector<std::string> warnings;
};

// Reads `config_file` (empty: config.json of the bundle), resolves what it asks for and writes the answer
// into a copy, such that `carrier` enforces it (enforcement.h). Throws Error for whatever is wrong with it.
[[nodiscard]] ResolvedBundle resolve_bundle(const std::string& bundle, const std::string& config_file,
                                            const resolve::RuntimeConfig& runtime_config,
                                            const Carrier& carrier);

// Everything that runc and crun take relative to the bundle (root.path, sources of bind mounts, the
// listener's socket) relative to / instead. `bundle`: an absolute path.
void make_paths_absolute(document::json::Value& config, const std::string& bundle);

}  // namespace scrim::delegate
