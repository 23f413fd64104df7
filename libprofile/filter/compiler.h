// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <memory>

#include "libprofile/filter/program.h"
#include "libprofile/policy/policy.h"

namespace scrim::filter {

// A compilation under way. libseccomp takes milliseconds, and for some rule sets never ends (ordered comparisons on
// overlapping arguments), so it runs in a child process of its own that cannot outlive its CPU time; the caller does
// other work meanwhile.
class Compilation {
 public:
  // The most CPU time that a compilation gets.
  static constexpr std::chrono::seconds cpu_limit{5};

  // Starts compiling. The policy is copied into the child by fork(2).
  explicit Compilation(const policy::Policy& policy);
  Compilation(Compilation&&) noexcept;
  Compilation& operator=(Compilation&&) noexcept;
  ~Compilation();  // ends the child

  // Waits for the program. Throws Error: what libseccomp refused and for which syscall, or that the time was used up
  // and which rules are likely to blame; more than 4096 instructions with the count.
  [[nodiscard]] Program get();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Compiles with libseccomp in this process: no bound on time.
[[nodiscard]] Program compile_with_libseccomp(const policy::Policy& policy);

}  // namespace scrim::filter
