// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>

namespace scrim::os {

enum class Fraction { none, nanoseconds };

// A point in time as RFC 3339 has it, in UTC: "2026-11-22T05:41:00Z". Reads no time zone files, as
// gmtime_r(3) would.
[[nodiscard]] std::string rfc3339(std::chrono::system_clock::time_point when, Fraction fraction);

}  // namespace scrim::os
