// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "libprofile/document/json.h"
#include "libprofile/inspect/difference.h"
#include "libprofile/inspect/enforced.h"

// Whether what is enforced on a container's process is what its config.json asks for.
namespace scrim::inspect {

struct AgainstConfig {
  std::string file;     // of the config.json
  std::string problem;  // why it cannot be told; empty if it can
  bool asks = false;    // there is a profile in it: without one the container is unconfined
  // It is equal only as crun loads it, which does not answer ENOSYS to calls newer than the profile, or as
  // libseccomp compares what socketcall(2) and ipc(2) are told (policy::Subcalls).
  bool as_crun = false;
  // Filters that are installed besides it, by a program in the container; the one installed first is equal.
  std::size_t besides = 0;
  std::vector<CallChange> differences;  // from config.json to the process
  [[nodiscard]] bool equal() const { return problem.empty() && differences.empty(); }
};

// The profile that a config.json asks for, decoded: as scrim enforces it, and as runc and crun load it where
// that is another filter. None if it asks for none. Throws Error for what is no profile.
[[nodiscard]] std::vector<Enforced> asked_for(const document::json::Value& config, std::string_view file,
                                              document::Architecture native);

// `enforced` are all filters of a process together.
[[nodiscard]] AgainstConfig against_config(const std::vector<Enforced>& asked, std::string file,
                                           const Enforced& enforced);

}  // namespace scrim::inspect
