// SPDX-License-Identifier: Apache-2.0
#include "launcher/os/time.h"

#include <array>
#include <cstdio>

namespace scrim::os {

std::string rfc3339(std::chrono::system_clock::time_point when, Fraction fraction) {
  using namespace std::chrono;
  const auto day = floor<days>(when);
  const year_month_day date(day);
  const hh_mm_ss time(floor<nanoseconds>(when - day));
  std::array<char, 64> text{};
  int length =
      std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d", static_cast<int>(date.year()),
                    static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                    static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                    static_cast<int>(time.seconds().count()));
  std::string result(text.data(), static_cast<std::size_t>(length));
  if (fraction == Fraction::nanoseconds) {
    length =
        std::snprintf(text.data(), text.size(), ".%09lld", static_cast<long long>(time.subseconds().count()));
    result.append(text.data(), static_cast<std::size_t>(length));
  }
  return result + "Z";
}

}  // namespace scrim::os
