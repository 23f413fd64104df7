// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "libprofile/document/profile.h"

namespace scrim::policy {

// A system call that the libseccomp of this build knows by its name, on whichever architecture.
class Syscall {
 public:
  // For names that are written in code: throws Error if there is none of that name.
  // NOLINTNEXTLINE(google-explicit-constructor): {"keyctl", allow, …} is a rule as people write it
  Syscall(const char* name);
  [[nodiscard]] static std::optional<Syscall> named(std::string_view name);
  // The one with that number; among calls that an architecture multiplexes, with the number of its own.
  // Takes the time of looking at all of them.
  [[nodiscard]] static std::optional<Syscall> numbered(document::Architecture architecture,
                                                       std::uint32_t number);
  // All that there are: 0 to count() - 1, by name.
  [[nodiscard]] static Syscall at(std::size_t index);
  [[nodiscard]] static std::size_t count();

  // Lives as long as the program, and ends with a NUL.
  [[nodiscard]] std::string_view name() const;
  // As libseccomp numbers it, x32 calls with x32_bit (abi.h); negative if the architecture lacks it, or has
  // it through socketcall(2) or ipc(2).
  [[nodiscard]] int number(document::Architecture architecture) const;

  friend constexpr bool operator==(Syscall, Syscall) = default;
  // By name.
  // clang-tidy 14 sees a 0 in the comparison that the compiler writes.
  // NOLINTNEXTLINE(modernize-use-nullptr)
  friend constexpr auto operator<=>(Syscall, Syscall) = default;

 private:
  friend struct MultiplexedSyscall;
  constexpr explicit Syscall(std::uint16_t row) : row_(row) {}
  std::uint16_t row_;
};

// A call that some architectures have through another one, whose first argument tells which is meant.
struct MultiplexedSyscall {
  Syscall through;  // socketcall or ipc. Whether an architecture multiplexes is told by whether it has it
  std::uint32_t subcall;
  // Nothing for a call that is never multiplexed.
  [[nodiscard]] static std::optional<MultiplexedSyscall> of(Syscall syscall);
  // The number that it has besides on an architecture that multiplexes, if any: i386 has socket(2) as 359 and
  // through socketcall(2).
  [[nodiscard]] static std::optional<std::uint32_t> direct_number(Syscall syscall,
                                                                  document::Architecture architecture);
};

}  // namespace scrim::policy
