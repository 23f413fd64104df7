// SPDX-License-Identifier: Apache-2.0
#include "libprofile/policy/newest.h"

#include <algorithm>
#include <cerrno>
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

NewestCalls::NewestCalls(std::span<const document::Architecture> architectures) {
  highest_.reserve(architectures.size());
  for (const document::Architecture architecture : architectures) highest_.push_back({architecture, 0});
}

void NewestCalls::see(Syscall syscall) {
  for (Highest& highest : highest_)
    highest.number = std::max(highest.number, syscall.number(highest.architecture));
}

std::vector<Newest> NewestCalls::newest(const Decision& otherwise) const {
  std::vector<Newest> newest;
  if (!wanted(otherwise)) return newest;
  for (const Highest& highest : highest_)
    if (highest.number > 0)
      newest.push_back({highest.architecture, static_cast<std::uint32_t>(highest.number)});
  return newest;
}

}  // namespace scrim::policy
