// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <streambuf>
#include <string>
#include <string_view>

namespace scrim::cli {

// The verdicts in a line (ALLOW, ERRNO, error:, newly denied, …) in colours, for a terminal (ECMA-48, SGR).
[[nodiscard]] std::string painted(std::string_view line);

// While it lives, what is written to std::cout is painted, if that is a terminal that is not dumb and
// NO_COLOR (no-color.org) is not set. `for_people`: false for JSON, which stays as it is.
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
    explicit Lines(std::streambuf& to) : to_(to) {}

   protected:
    int_type overflow(int_type c) override;
    int sync() override;

   private:
    bool put(std::string_view text);

    std::streambuf& to_;
    std::string line_;
  };

  std::optional<Lines> lines_;
  std::streambuf* before_ = nullptr;
};

}  // namespace scrim::cli
