// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <vector>

#include "libprofile/filter/frequencies.h"
#include "libprofile/filter/program.h"
#include "libprofile/policy/policy.h"

namespace scrim::filter {

enum class Backend : bool {
  own,         // own.h: in this process, some ten microseconds
  libseccomp,  // the second opinion: milliseconds, and wrong for some ordered comparisons
};

// A compilation, maybe under way. libseccomp takes milliseconds, and for some rule sets never ends (ordered
// comparisons on overlapping arguments), so it runs in child processes of its own that cannot outlive their
// CPU time; the caller does other work meanwhile. The project's own compiler works when the result is asked
// for: the caller chooses a time when it would wait anyway.
class Compilation {
 public:
  // The most CPU time that libseccomp gets.
  static constexpr std::chrono::seconds cpu_limit{5};

  // Starts libseccomp, if that is asked for, in one child for each architecture. The policy is copied into
  // them by fork(2): begin before unshare(CLONE_NEWPID), and get() the result in the thread that began
  // (PR_SET_PDEATHSIG). `limit` is the CPU time of each child. Throws Error for libseccomp with
  // `frequencies` (own.h): it has no use for them.
  explicit Compilation(policy::Policy policy, Backend backend = Backend::own,
                       std::chrono::seconds limit = cpu_limit,
                       std::optional<Frequencies> frequencies = std::nullopt);
  // One program for several policies, the one that would be installed last first (fuse.h).
  explicit Compilation(std::vector<policy::Policy> policies, Backend backend = Backend::own,
                       std::chrono::seconds limit = cpu_limit,
                       std::optional<Frequencies> frequencies = std::nullopt);
  Compilation(Compilation&&) noexcept;
  Compilation& operator=(Compilation&&) noexcept;
  ~Compilation();  // ends the children

  // Waits for the program; once. Throws Error: two rules that contradict each other; more than 4096
  // instructions with the count; what libseccomp refused and for which syscall, or that its time was used up
  // and which rules are likely to blame.
  [[nodiscard]] Program get();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Compiles with libseccomp in this process: no bound on time.
[[nodiscard]] Program compile_with_libseccomp(const policy::Policy& policy);

}  // namespace scrim::filter
