// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "libprofile/resolve/runtime_config.h"

// scrim's command line carried out by runc or crun, after the profile is resolved into the bundle. Needs no
// option of the delegate known in full: what is not ours is passed on as it is.
namespace scrim::delegate {

struct Invocation {
  std::string runtime;  // path or name (searched in PATH) of runc or crun
  std::vector<std::string>
      arguments;  // of scrim's command line without argv[0] and without scrim's own options
  resolve::RuntimeConfig config;
  std::function<void(std::string_view)> warn;   // remarks about the profile; may be empty
  std::function<void(std::string_view)> debug;  // which profile and why, a line a call; may be empty
};

// For create, run and restore, writes the resolved config.json into a shadow bundle of its own directory
// (under /run/scrim, or $XDG_RUNTIME_DIR/scrim), and points the delegate there; for delete and checkpoint,
// removes it; for state and list, shows the caller's bundle again. Other commands are exec'd as they are.
// Returns the delegate's exit status (128 + n if signal n ended it), or does not return (execve) where
// nothing is left to do afterwards. Throws Error before the delegate ran. For a single-threaded process.
[[nodiscard]] int carry_out(const Invocation& invocation);

}  // namespace scrim::delegate
