// SPDX-License-Identifier: Apache-2.0
#include "launcher/cli/painted_output.h"

#include <unistd.h>

#include <array>
#include <cstdlib>
#include <iostream>

#include "libprofile/text.h"

namespace scrim::cli {

namespace {

struct Verdict {
  std::string_view words;
  std::string_view colour;  // SGR parameters
};
constexpr std::string_view red = "31";
constexpr std::string_view green = "32";
constexpr std::string_view yellow = "33";
constexpr std::array verdicts{
    Verdict{"ALLOW", green},      Verdict{"newly allowed", green},
    Verdict{"ERRNO", red},        Verdict{"newly denied", red},
    Verdict{"KILL_PROCESS", red}, Verdict{"KILL_THREAD", red},
    Verdict{"TRAP", red},         Verdict{"error:", red},
    Verdict{"Unconfined", red},   Verdict{"unconfined", red},
    Verdict{"not met", red},      Verdict{"other arguments", yellow},
    Verdict{"LOG", yellow},       Verdict{"denied otherwise", yellow},
    Verdict{"NOTIFY", yellow},    Verdict{"cannot tell", yellow},
    Verdict{"TRACE", yellow},     Verdict{"warning:", yellow},
};

bool is_of_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// The verdict that begins there, as words of their own.
const Verdict* verdict_at(std::string_view line, std::size_t at) {
  if (at > 0 && is_of_word(line[at - 1])) return nullptr;
  for (const Verdict& verdict : verdicts) {
    const std::size_t end = at + verdict.words.size();
    if (line.substr(at).starts_with(verdict.words) && (end == line.size() || !is_of_word(line[end])))
      return &verdict;
  }
  return nullptr;
}

bool wants_colours() {
  const char* no_colour = std::getenv("NO_COLOR");
  const char* terminal = std::getenv("TERM");
  return (no_colour == nullptr || *no_colour == '\0') && terminal != nullptr &&
         std::string_view(terminal) != "dumb" && isatty(STDOUT_FILENO) != 0;
}

}  // namespace

std::string painted(std::string_view line) {
  std::string out;
  for (std::size_t at = 0; at < line.size();) {
    if (const Verdict* verdict = verdict_at(line, at)) {
      out += concat("\x1b[", verdict->colour, "m", verdict->words, "\x1b[0m");
      at += verdict->words.size();
    } else {
      out += line[at++];
    }
  }
  return out;
}

PaintedOutput::PaintedOutput(bool for_people) {
  if (!for_people) return;
  std::cout.flush();
  lines_.emplace(*std::cout.rdbuf(), wants_colours());
  before_ = std::cout.rdbuf(&*lines_);
}

PaintedOutput::~PaintedOutput() {
  if (before_ == nullptr) return;
  std::cout.flush();
  const std::ios::iostate state = std::cout.rdstate();
  std::cout.rdbuf(before_);  // as if nothing had failed yet
  std::cout.setstate(state);
}

std::streambuf::int_type PaintedOutput::Lines::overflow(int_type c) {
  if (traits_type::eq_int_type(c, traits_type::eof())) return traits_type::not_eof(c);
  if (traits_type::to_char_type(c) != '\n') {
    line_ += traits_type::to_char_type(c);
    return c;
  }
  return put() && !traits_type::eq_int_type(to_.sputc('\n'), traits_type::eof()) ? c : traits_type::eof();
}

int PaintedOutput::Lines::sync() {
  return put() && to_.pubsync() == 0 ? 0 : -1;
}

bool PaintedOutput::Lines::put() {
  const std::string safe = printable(line_);
  line_.clear();
  const std::string text = in_colours_ ? painted(safe) : safe;
  const auto size = static_cast<std::streamsize>(text.size());
  return to_.sputn(text.data(), size) == size;
}

}  // namespace scrim::cli
