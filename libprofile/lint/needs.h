// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "libprofile/document/profile.h"
#include "libprofile/inspect/explain.h"

// The calls that a program makes, and what a profile does to them.
namespace scrim::lint {

// Names of system calls, each once, in alphabetical order: one a line (with a count or without, "#" before
// comments), what `strace -c` or `perf trace -s` printed, or what `strace`, `strace -f` or `strace -o` wrote.
// Throws Error naming `file` and the line for one that is none of these, and if there are no calls at all.
[[nodiscard]] std::vector<std::string> read_needs(std::string_view text, const std::string& file);

struct NeededCall {
  std::string call;
  bool exists = true;  // on some architecture
  inspect::Fate fate = inspect::Fate::unknown;
  std::string answer;   // "ALLOW if persona == 0; otherwise ERRNO EPERM"
  std::string because;  // "web.json:12:5: SCMP_ACT_ERRNO EPERM", "the default, SCMP_ACT_ERRNO EPERM"
  std::string mend;     // "did you mean openat?"
};

// Of the target's own ABI. `written` may be null, as for inspect::explain().
[[nodiscard]] std::vector<NeededCall> check_needs(const std::vector<std::string>& calls,
                                                  const inspect::Enforced& enforced,
                                                  const document::Profile* written,
                                                  const resolve::Target& target);

// Denied, killed or left to a tracer whatever the arguments, or no call at all; also if what happens cannot
// be told, which nobody should take for leave.
[[nodiscard]] bool is_missing(const NeededCall& call);

}  // namespace scrim::lint
