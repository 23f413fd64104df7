// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>
#include <string>
#include <vector>

#include "libprofile/error.h"

namespace scrim::init {

// A program that cannot be started, with the exit status that says so (127 not found, 126 found but not
// executable).
class ExecutableError : public Error {
 public:
  ExecutableError(const std::string& what, int exit_status) : Error(what), exit_status_(exit_status) {}
  [[nodiscard]] int exit_status() const { return exit_status_; }

 private:
  int exit_status_;
};

// The file that `name` starts: itself if it has a slash, else the first executable file of that name in PATH
// of `env`. The messages have runc's wording, by which dockerd tells 126 and 127 apart (moby
// daemon/errors.go).
[[nodiscard]] std::string find_executable(const std::string& name, const std::vector<std::string>& env);

// The value of NAME in env, or nullptr.
[[nodiscard]] const char* environment_value(const std::vector<std::string>& env, const std::string& name);

}  // namespace scrim::init
