// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "launcher/runtime/prepare.h"
#include "libprofile/resolve/resolve.h"

namespace scrim::runtime {

// One process under a profile, no container.
struct LaunchOptions {
  resolve::Request request;
  resolve::Settings settings;
  std::string user;                   // "1000", "nobody:nogroup"; empty: stay who we are
  std::vector<std::string> cap_drop;  // names, "ALL", "DEFAULT"
  std::vector<std::string> cap_add;
  bool no_new_privs = false;
  ProfileOptions profile;
  std::vector<std::string> command;
};

// How launch itself fails, as env(1) and timeout(1) have it.
inline constexpr int status_launch_failed = 125;

// The bounding set that the command will have, which decides what RuntimeDefault is: ours, less cap_drop,
// plus cap_add (of what we have). DEFAULT is what container engines give by default.
[[nodiscard]] resolve::CapabilitySet bounding_after(const LaunchOptions& options);

// Which profile launch() would apply, with its warnings. Throws Error as launch() would.
[[nodiscard]] resolve::Resolution resolution_of(const LaunchOptions& options, const Warn& warn);

// Becomes the command (execve(2)); no process stays behind. Throws Error (status 125) or
// init::ExecutableError.
[[noreturn]] void launch(const LaunchOptions& options, const Warn& warn);

}  // namespace scrim::runtime
