// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <csignal>

#include <string>
#include <vector>

#include "launcher/os/child.h"

// Another program as our child, in our process group. For single-threaded callers.
//
// A child is killed if this process dies first (PR_SET_PDEATHSIG), as if it had been killed in our place. It
// gets the descriptors that are not close-on-exec under their numbers. Starting one throws SystemError, also
// if execve fails.
namespace scrim::os {

// The file that execvp(3) would run for `name`: a name with a slash as it is, otherwise the first executable
// file of that name in $PATH. Throws Error if there is none.
[[nodiscard]] std::string find_program(const std::string& name);

// execve(2) with this process' environment. Throws SystemError; does not return otherwise.
[[noreturn]] void exec_program(const std::string& path, const std::vector<std::string>& arguments);

// While it lives, signals that would end this process wait, SIGCHLD has its default action, and
// run_in_foreground() may be called: what has to be done after the child is then not cut off by the signal
// that ended the child.
class SignalsHeld {
 public:
  SignalsHeld();
  SignalsHeld(const SignalsHeld&) = delete;
  SignalsHeld& operator=(const SignalsHeld&) = delete;
  ~SignalsHeld();

  // arguments[0] is the child's argv[0]. It has our standard streams. Until it ends, every signal that a
  // process sends to this one is sent on to it; what the terminal or the kernel sends to the process group it
  // gets by itself.
  [[nodiscard]] ExitStatus run_in_foreground(const std::string& path,
                                             const std::vector<std::string>& arguments) const;

 private:
  sigset_t held_{};
  sigset_t previous_mask_{};
  struct sigaction previous_action_ {};
};

struct Captured {
  ExitStatus exit;
  std::string output;  // its standard output
};

enum class StandardError { inherited, discarded };

// Runs a program to its end.
[[nodiscard]] Captured capture(const std::string& path, const std::vector<std::string>& arguments,
                               StandardError standard_error);

}  // namespace scrim::os
