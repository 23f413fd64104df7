// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "libprofile/filter/decode.h"

// Decoded programs put together, and held against each other.
namespace scrim::filter {

// What several filters on one process do together (fuse.h, most_restrictive()), the one that was installed
// last first. All of one architecture. Without any, everything is allowed.
[[nodiscard]] Decoded combine(std::span<const Decoded> filters, std::uint32_t arch);

// Calls that two programs answer differently.
struct AnswerChange {
  std::vector<WordFact> tests;  // for these arguments; all of the call if there are none
  std::uint32_t before = 0;
  std::uint32_t after = 0;
};
struct Change {
  std::uint32_t first = 0;  // numbers
  std::uint32_t last = 0;
  std::vector<AnswerChange> answers;
  bool cannot_tell = false;  // of one of the two it cannot be told
};

// Between the numbers `first` and `last`. Exact: arguments that no call can have do not count (word_tests.h,
// possible()). Empty if both mean the same.
[[nodiscard]] std::vector<Change> changes(const Decoded& before, const Decoded& after,
                                          std::uint32_t first = 0, std::uint32_t last = 0xffffffff);

}  // namespace scrim::filter
