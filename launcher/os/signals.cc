// SPDX-License-Identifier: Apache-2.0
#include "launcher/os/signals.h"

#include <algorithm>
#include <charconv>
#include <csignal>
#include <cstring>
#include <string>

namespace scrim::os {

namespace {

std::optional<int> number_in(std::string_view text, int lowest, int highest) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < lowest || number > highest)
    return std::nullopt;
  return number;
}

}  // namespace

std::optional<int> signal_named(std::string_view text) {
  if (const auto number = number_in(text, 1, SIGRTMAX)) return number;
  std::string name(text);
  std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::toupper(c); });
  std::string_view rest = name;
  if (rest.starts_with("SIG")) rest.remove_prefix(3);
  if (rest == "RTMIN") return SIGRTMIN;
  if (rest == "RTMAX") return SIGRTMAX;
  const int span = SIGRTMAX - SIGRTMIN;
  if (rest.starts_with("RTMIN+"))
    if (const auto offset = number_in(rest.substr(6), 0, span)) return SIGRTMIN + *offset;
  if (rest.starts_with("RTMAX-"))
    if (const auto offset = number_in(rest.substr(6), 0, span)) return SIGRTMAX - *offset;
  // Other names of the same numbers, which sigabbrev_np(3) does not give.
  if (rest == "IOT") return SIGABRT;
  if (rest == "CLD") return SIGCHLD;
  if (rest == "POLL") return SIGIO;
  for (int signal = 1; signal < SIGRTMIN; ++signal) {
    const char* known = sigabbrev_np(signal);
    if (known != nullptr && rest == known) return signal;
  }
  return std::nullopt;
}

}  // namespace scrim::os
