// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <string>
#include <string_view>

namespace scrim::kubernetes {

struct Version {
  unsigned major = 1;
  unsigned minor = 0;
  // clang-tidy 14 sees a 0 in the comparison that the compiler writes.
  // NOLINTNEXTLINE(modernize-use-nullptr)
  friend constexpr auto operator<=>(const Version&, const Version&) = default;
};

// The newest whose rules are written down here; what holds for it is taken to hold for later ones.
inline constexpr Version newest_known{1, 37};

// "1.27", "v1.27.3", "v1.29.4-gke.1043002". Throws Error.
[[nodiscard]] Version parse_version(std::string_view text);
[[nodiscard]] std::string text_of(Version version);  // "1.27"

}  // namespace scrim::kubernetes
