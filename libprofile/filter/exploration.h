// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "libprofile/filter/decode.h"
#include "libprofile/filter/number_set.h"
#include "libprofile/filter/program.h"

// Abstract execution: of a program, on calls of which only the architecture is known.
namespace scrim::filter {

// The end of one or more executions: a path, or that it cannot be told.
struct End {
  NumberSet numbers;
  Path path;
  bool cannot_tell = false;
  std::vector<std::uint32_t> answers;
};

// Every end that an execution can come to, each with the numbers of the calls that come to it; a number is in
// several if arguments count. Throws Error on a program that the kernel would refuse.
[[nodiscard]] std::vector<End> explore(std::span<const sock_filter> program, std::uint32_t arch,
                                       const DecodeBounds& bounds);

}  // namespace scrim::filter
