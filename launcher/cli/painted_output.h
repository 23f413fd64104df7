// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <streambuf>
#include <string>
#include <string_view>

namespace scrim::cli {

// The verdicts in a line (ALLOW, ERRNO, error:, newly denied, …) in colours, for a terminal (ECMA-48, SGR).
[[nodiscard]] std::string painted(std::string_view line);

// While it lives, the lines that are written to std::cout are printable(), whatever names are in them, and
// painted, if that is a terminal that is not dumb and NO_COLOR (no-color.org) is not set. A name with a
// line's end in it is for the one to escape who writes it. `for_people`: false for JSON, which stays as it
// is.
class PaintedOutput {
 public:
  explicit PaintedOutput(bool for_people = true);
  PaintedOutput(const PaintedOutput&) = delete;
  PaintedOutput& operator=(const PaintedOutput&) = delete;
  ~PaintedOutput();

 private:
  // By lines: a verdict may be written in parts.
  class Lines : public std::streambuf {
   public:
    Lines(std::streambuf& to, bool in_colours) : to_(to), in_colours_(in_colours) {}

   protected:
    int_type overflow(int_type c) override;
    int sync() override;

   private:
    // What is written of the line so far.
    bool put();

    std::streambuf& to_;
    bool in_colours_;
    std::string line_;
  };

  std::optional<Lines> lines_;
  std::streambuf* before_ = nullptr;
};

}  // namespace scrim::cli
