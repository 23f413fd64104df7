// SPDX-License-Identifier: Apache-2.0
#include "libprofile/filter/weights.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "libprofile/policy/syscall.h"

namespace scrim::filter {

using document::Architecture;
using policy::Abi;

// x32 calls are in none (seccomp_cache_check_allow of kernel/seccomp.c).
static bool in_bitmap(const Abi& abi, std::uint32_t number) {
  if (abi.architecture == Architecture::x32) return false;
  const auto call = std::ranges::lower_bound(abi.calls, number, {}, &policy::Call::number);
  return call != abi.calls.end() && call->number == number && call->cases.empty() &&
         call->decision.action == document::Action::allow;
}

RecordedWeights::RecordedWeights(const Frequencies& frequencies, std::span<const Abi* const> abis) {
  const Architecture architecture =
      (*std::ranges::find_if(abis, [](const Abi* abi) { return abi != nullptr; }))->architecture;
  double sum = 0;
  std::vector<std::pair<std::uint32_t, double>> counts;
  for (const auto& [name, count] : frequencies) {
    const std::optional<policy::Syscall> syscall = policy::Syscall::named(name);
    const int resolved = syscall ? syscall->number(architecture) : -1;
    if (resolved < 0) continue;  // not on this architecture
    const auto number = static_cast<std::uint32_t>(resolved);
    if (std::ranges::all_of(abis, [&](const Abi* abi) { return abi != nullptr && in_bitmap(*abi, number); }))
      continue;
    counts.emplace_back(number, static_cast<double>(count));
    sum += static_cast<double>(count);
  }
  for (const auto& [number, count] : counts)
    if (count > 0) weights_[number] += static_cast<std::uint32_t>(count / sum * Weights::recorded);
}

std::uint32_t RecordedWeights::of(std::uint32_t number) const {
  const auto found = weights_.find(number);
  return Weights::unrecorded + (found == weights_.end() ? 0 : found->second);
}

std::uint32_t RecordedWeights::of(std::uint32_t first, std::uint32_t last) const {
  std::uint32_t sum = 0;
  for (auto at = weights_.lower_bound(first); at != weights_.end() && at->first <= last; ++at)
    sum += at->second;
  return sum;
}

}  // namespace scrim::filter
