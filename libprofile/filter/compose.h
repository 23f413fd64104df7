// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "libprofile/filter/program.h"
#include "libprofile/policy/policy.h"

namespace scrim::filter {

// A complete program for calls of one architecture.
struct Part {
  document::Architecture architecture;
  Program program;
};

// One program out of those for single architectures: sends each call to the part of its architecture, answers
// calls newer than the profile with ENOSYS, kills calls of other architectures. Throws Error naming `name` if
// the result has more instructions than the kernel takes.
[[nodiscard]] Program compose(std::span<const Part> parts, std::span<const policy::Newest> newest,
                              const std::string& name);

// Throws Error naming `name` if the kernel does not take a program of that many instructions, or of `more`.
void check_length(std::size_t instructions, const std::string& name, bool more = false);

}  // namespace scrim::filter
