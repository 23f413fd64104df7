// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "libprofile/error.h"

namespace scrim::document {

// Where a value starts in its file. Both count from 1, column in bytes; line 0: not from a file.
struct Position {
  std::uint32_t line = 0;
  std::uint32_t column = 0;
};

// A remark that does not stop the work. text is the whole message: "file:line:column: …".
struct Warning {
  std::string text;
  Position at{};  // the same place, where it is known
};
using Warnings = std::vector<Warning>;

// "file:line:column: what" (GNU Coding Standards, "Formatting Error Messages"); without a line, "file: what".
[[nodiscard]] std::string located(std::string_view file, Position at, std::string_view what);

// The file says something that cannot be meant; what() is located().
class DocumentError : public Error {
 public:
  DocumentError(std::string_view file, Position at, std::string_view what);
  [[nodiscard]] Position at() const noexcept { return at_; }

 private:
  Position at_;
};

}  // namespace scrim::document
