// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "libprofile/filter/program.h"
#include "libprofile/filter/word_tests.h"

// What a program does, told from any program whoever wrote it: it is executed on calls of which only the
// architecture is known, going both ways at every comparison that can come out either way.
namespace scrim::filter {

// One way through a program: all tests hold, then this is the answer.
struct Path {
  std::vector<WordFact> tests;  // of words of arguments and of the instruction pointer
  // It depends besides on something that the program computed and that cannot be told (a product, one
  // argument compared with another): the answer may be this one where the tests hold.
  bool maybe = false;
  std::uint32_t answer = 0;
  friend bool operator==(const Path&, const Path&) = default;
};

// What happens to a call.
struct Outcome {
  // Of every call the tests of one path hold, of no call those of two (unless `maybe`).
  std::vector<Path> paths;
  // Not told: more ways than the bound, or an answer that is computed. `answers` are then those that there
  // are in what is left of the program, none if it can be any.
  bool cannot_tell = false;
  std::vector<std::uint32_t> answers;
  // The answer if it is the same whatever the arguments.
  [[nodiscard]] std::optional<std::uint32_t> constant() const;
  // True if some argument counts, or nobody can tell.
  [[nodiscard]] bool depends() const { return !constant().has_value(); }
  friend bool operator==(const Outcome&, const Outcome&) = default;
};

// Numbers first … last, which are all answered alike.
struct NumberRange {
  std::uint32_t first = 0;
  std::uint32_t last = 0;
  std::size_t outcome = 0;  // index in Decoded::outcomes
};

// A program for one architecture.
struct Decoded {
  std::uint32_t arch = 0;  // AUDIT_ARCH_*
  std::vector<Outcome> outcomes;
  std::vector<NumberRange> ranges;  // ascending, without gaps: every number
  [[nodiscard]] const Outcome& at(std::uint32_t number) const;
};

// How much work a decoding may be. With these, any program of 4096 instructions takes a fraction of a second.
struct DecodeBounds {
  // Instructions, altogether; a comparison of an argument counts as one more for each that was made before.
  std::size_t steps = 2'000'000;
  std::size_t call_steps = 40'000;  // from the first comparison of an argument on
  std::size_t paths = 256;          // likewise
};

// Throws Error on a program that the kernel would refuse, as far as calls of this architecture reach into it.
[[nodiscard]] Decoded decode(std::span<const sock_filter> program, std::uint32_t arch,
                             const DecodeBounds& bounds = {});

// The AUDIT_ARCH_* that a program compares its architecture with, in the order of the instructions: as
// constants stand behind a load of that word.
[[nodiscard]] std::vector<std::uint32_t> architectures_in(std::span<const sock_filter> program);

// For those who make a Decoded out of others: numbers that have outcomes, which may overlap; what is not
// covered allows.
class DecodedBuilder {
 public:
  explicit DecodedBuilder(std::uint32_t arch) { decoded_.arch = arch; }
  // In ascending order and without gaps.
  void add(std::uint32_t first, std::uint32_t last, Outcome outcome);
  [[nodiscard]] Decoded take() { return std::move(decoded_); }

 private:
  Decoded decoded_;
};

}  // namespace scrim::filter
