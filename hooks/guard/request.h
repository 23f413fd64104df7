// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>

#include "libprofile/document/json.h"
#include "libprofile/document/profile.h"
#include "libprofile/lint/lint.h"
#include "libprofile/resolve/resolve.h"

// What a runtime tells a hook (runtime-spec runtime.md, "State"), and what its container is to run under.
namespace scrim::guard {

struct State {
  std::string id;
  std::string bundle;
  std::optional<pid_t> pid;
};
// Throws DocumentError for what is no state.
[[nodiscard]] State parse_state(std::string_view text);

struct Request {
  std::string config_file;
  document::json::Value config;
  resolve::Resolution resolution;  // its seccomp: nothing if it is to run unconfined
  bool privileged = false;
};
// Reads the bundle's config.json. runc and crun do what its linux.seccomp says; scrim what
// /etc/scrim/config.json makes of it as well.
[[nodiscard]] Request read_request(const State& state, lint::Runtime runtime);

}  // namespace scrim::guard
