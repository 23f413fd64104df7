// SPDX-License-Identifier: Apache-2.0
#include "libprofile/policy/newest.h"

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>

namespace scrim::policy {

static bool wanted(const Decision& otherwise) {
  using document::Action;
  switch (otherwise.action) {
    case Action::allow:
    case Action::log:
    case Action::trace:
      return false;
    case Action::error:
      return otherwise.data != ENOSYS;
    default:
      return true;
  }
}

void NewestCalls::see(std::span<const NumberOn> numbers) {
  for (const NumberOn& each : numbers) {
    int& highest = highest_.at(static_cast<std::size_t>(each.architecture));
    highest = std::max(highest, each.number);
  }
}

std::vector<Newest> NewestCalls::newest(const Decision& otherwise,
                                        std::span<const document::Architecture> architectures) const {
  std::vector<Newest> newest;
  if (!wanted(otherwise)) return newest;
  for (const document::Architecture architecture : architectures) {
    const int highest = highest_.at(static_cast<std::size_t>(architecture));
    if (highest > 0) newest.push_back({architecture, static_cast<std::uint32_t>(highest)});
  }
  return newest;
}

}  // namespace scrim::policy
