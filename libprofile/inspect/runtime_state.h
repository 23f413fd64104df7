// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

// What runc and crun keep of their containers, for those that no engine started.
namespace scrim::inspect {

struct RuntimeState {
  std::string runtime;  // "runc", "crun"
  std::string id;
  pid_t pid = 0;  // of its first process
  std::string bundle;
  uid_t user = 0;  // whose directory it is
};

// Those that run, of a directory that is --root to runc (ID/state.json) or crun (ID/status); files of others
// than that directory's owner are passed over. None if there is no such directory.
[[nodiscard]] std::vector<RuntimeState> runtime_states(const std::string& root);

}  // namespace scrim::inspect
