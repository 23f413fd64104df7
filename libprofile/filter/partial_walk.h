// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linux/seccomp.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "libprofile/filter/program.h"
#include "libprofile/filter/word_tests.h"

// A program executed on calls of which only some words are known. Of other instructions than LD, AND, JA,
// JEQ, JGT, JGE, JSET and RET with constants it throws Error.
namespace scrim::filter {

// A call of which some words are chosen.
struct Partial {
  static constexpr std::size_t words = sizeof(seccomp_data) / sizeof(std::uint32_t);

  std::array<std::uint32_t, words> value{};
  std::array<bool, words> chosen{};

  void choose(std::size_t word, std::uint32_t chosen_value) {
    value[word] = chosen_value;
    chosen[word] = true;
  }
};

class PartialWalk {
 public:
  // Throws Error on a program that no kernel takes for its length.
  explicit PartialWalk(std::span<const sock_filter> program);

  // The answer, or the word that has to be chosen first.
  struct Outcome {
    std::uint32_t answer = 0;
    std::size_t needed = Partial::words;
  };
  [[nodiscard]] Outcome run(const Partial& call) const;

  // All comparisons that the program can come to for calls with the words that are chosen, by word.
  [[nodiscard]] std::array<std::vector<Atom>, Partial::words> comparisons(const Partial& call) const;

 private:
  [[nodiscard]] const sock_filter& fetch(std::size_t at) const;

  std::span<const sock_filter> program_;
};

}  // namespace scrim::filter
