// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

// Release branches live side by side: containerd 1.6.39 is newer than 1.7.0 and has calls that 1.7.0 lacks.
// So a change has no one version that it came with, but one in each branch.
namespace scrim::defaults {

// A set of an engine's known versions: bit i stands for the i-th.
using Versions = std::uint64_t;
inline constexpr std::size_t most_versions = 64;

[[nodiscard]] constexpr bool has(Versions versions, std::size_t version) {
  return ((versions >> version) & 1U) != 0;
}

// When something counts, as people say it: since the first version of each branch that has it, until the
// first one that has it no longer. A branch that is not mentioned is as the one before it ended.
struct Period {
  std::vector<std::size_t> since;  // none: since before the oldest known version
  std::vector<std::size_t> until;  // none: it still counts
};

// The known versions of an engine, oldest first within a branch and branch after branch.
class Branches {
 public:
  // The number of each version's branch, ascending.
  explicit Branches(std::vector<std::uint8_t> branch_of) : branch_of_(std::move(branch_of)) {}

  [[nodiscard]] Versions all() const;
  // The versions at which a change of those marks has happened; empty marks: none.
  [[nodiscard]] Versions reached(std::span<const std::size_t> marks) const;
  [[nodiscard]] Versions in(const Period& period) const;
  // The shortest way to say it: in() of them together is `versions`.
  [[nodiscard]] std::vector<Period> periods(Versions versions) const;

 private:
  std::vector<std::uint8_t> branch_of_;
};

}  // namespace scrim::defaults
