// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "libprofile/kernel/listener.h"
#include "libprofile/policy/table.h"

namespace scrim::agent {

// What the agent answers: a profile as linux.seccomp has it, read as the kernel would read it. ALLOW lets the
// call through, LOG does and is for people who read the log, ERRNO refuses, KILL kills the process.
class Rules {
 public:
  // Lets everything through.
  Rules();
  // Throws Error on a file that is no profile, or has actions that nobody can answer with.
  static Rules read(const std::string& file);

  [[nodiscard]] policy::Decision decide(const seccomp_data& call) const {
    return policy::decide(table_, call);
  }

 private:
  policy::Table table_;
};

[[nodiscard]] kernel::Answer to_answer(const policy::Decision& decision);

}  // namespace scrim::agent
