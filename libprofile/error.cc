// SPDX-License-Identifier: Apache-2.0
#include "libprofile/error.h"

#include <cstring>

#include "libprofile/text.h"

namespace scrim {

// strerrordesc_np(3) is thread-safe and untranslated, unlike strerror(3).
static std::string describe(int errnum) {
  const char* text = strerrordesc_np(errnum);
  return text != nullptr ? text : concat("errno ", errnum);
}

SystemError::SystemError(int errnum, const std::string& doing)
    : Error(concat(doing, ": ", describe(errnum))), errnum_(errnum) {}

SystemError::SystemError(int errnum, const std::string& doing, const std::string& hint)
    : Error(concat(doing, ": ", describe(errnum), " (", hint, ")")), errnum_(errnum) {}

void throw_errno(const std::string& doing) {
  throw SystemError(errno, doing);
}

}  // namespace scrim
