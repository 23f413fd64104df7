// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "libprofile/filter/program.h"
#include "libprofile/policy/table.h"

namespace scrim::filter {

// Instructions that are executed for the calls of a class. Every system call of the class counts the same.
struct Steps {
  std::size_t calls = 0;
  unsigned least = 0;
  double mean = 0;
  unsigned most = 0;
};

// What a program costs, for one architecture of its policy.
struct Cost {
  std::size_t length = 0;
  Steps allowed;                // whatever the arguments
  Steps denied;                 // likewise, by anything but allow
  Steps argument_checked;       // each asked with arguments near all values that it is compared with
  std::size_t bitmap = 0;       // answered without running the program (constant_actions.h)
  std::size_t most_bitmap = 0;  // what no program of this policy can exceed
  std::size_t load_steps = 0;   // emulated by the kernel when it loads the program
};

// For the calls `first` to `numbers` - 1 of an ABI, which is not x32.
[[nodiscard]] Cost cost(std::span<const sock_filter> program, const policy::Table& table,
                        const policy::Abi& abi, std::uint32_t numbers, std::uint32_t first = 0);

// The numbers of an ABI's calls: those of Linux 6.18, more if the table has more.
struct Numbers {
  std::uint32_t first = 0;
  std::uint32_t end = 0;  // one more than the highest
};
[[nodiscard]] Numbers numbers_of(const policy::Abi& abi);

}  // namespace scrim::filter
