// SPDX-License-Identifier: Apache-2.0
#include "libprofile/document/diagnostic.h"

#include "libprofile/text.h"

namespace scrim::document {

std::string located(std::string_view file, Position at, std::string_view what) {
  if (at.line == 0) return concat(file, ": ", what);
  return concat(file, ":", at.line, ":", at.column, ": ", what);
}

DocumentError::DocumentError(std::string_view file, Position at, std::string_view what)
    : Error(located(file, at, what)), at_(at) {}

}  // namespace scrim::document
