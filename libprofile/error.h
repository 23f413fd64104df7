// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cerrno>
#include <stdexcept>
#include <string>

namespace scrim {

// Something could not be done. what() is the whole message for a person: what
// was being done, on what, why it failed and, where it is known, how to mend it.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// The kernel refused: what() is "<doing>: <strerror(code)>", as in
// "mount proc on /proc: Operation not permitted".
class SystemError : public Error {
 public:
  // errnum: an errno(3) value, positive.
  SystemError(int errnum, const std::string& doing);
  // hint: how to mend it; appended in parentheses.
  SystemError(int errnum, const std::string& doing, const std::string& hint);
  [[nodiscard]] int code() const noexcept { return errnum_; }

 private:
  int errnum_;
};

// Throws a SystemError from the calling thread's errno.
[[noreturn]] void throw_errno(const std::string& doing);

}  // namespace scrim
