// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "libprofile/error.h"
#include "libprofile/filter/fuse.h"
#include "libprofile/filter/program.h"
#include "libprofile/policy/table.h"

namespace scrim::filter {

// A call that a program answers otherwise than its policy.
struct Difference {
  seccomp_data call{};  // in this machine's byte order
  std::uint32_t program = 0;
  std::uint32_t policy = 0;
  [[nodiscard]] std::string text(const policy::Table& table) const;
};

struct Verification {
  std::optional<Difference> difference;  // the first one
  std::size_t calls = 0;                 // that were compared
  // Every input was covered: two inputs that neither the program's nor the policy's comparisons tell apart
  // count as one. False if `most_calls` did not suffice.
  bool complete = false;
};

inline constexpr std::size_t most_calls = 1 << 22;

// Compares a program with policy::decide() on one call for each combination of outcomes that the comparisons
// of both can have. Says nothing about instructions that cannot be reached. Throws Error on a program that
// the kernel would refuse, or that uses instructions other than LD, AND, JA, JEQ, JGT, JGE, JSET and RET with
// constants (the project's own compiler and libseccomp use no others).
[[nodiscard]] Verification verify(std::span<const sock_filter> program, const policy::Table& table,
                                  std::size_t limit = most_calls);

// The same with what several tables mean together (fuse.h, answer()).
[[nodiscard]] Verification verify(std::span<const sock_filter> program, std::span<const policy::Table> tables,
                                  std::size_t limit = most_calls,
                                  Precedence precedence = Precedence::most_restrictive);

// A program that does not do what its profile says.
class WrongProgram : public Error {
 public:
  using Error::Error;
};

// Throws WrongProgram with the first difference, and Error if verify() does not cover every input.
void prove(std::span<const sock_filter> program, const policy::Table& table, std::size_t limit = most_calls);
void prove(std::span<const sock_filter> program, std::span<const policy::Table> tables,
           std::size_t limit = most_calls);

}  // namespace scrim::filter
