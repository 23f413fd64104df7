// SPDX-License-Identifier: Apache-2.0
#include "libprofile/defaults/engine.h"

#include <algorithm>

namespace scrim::defaults {

namespace {

// In the order of Engine.
constexpr std::array<std::string_view, engines.size()> names{"containerd", "docker", "podman", "cri-o"};

}  // namespace

std::string_view name_of(Engine engine) {
  return names[static_cast<std::size_t>(engine)];
}

std::optional<Engine> engine_named(std::string_view name) {
  const auto* const found = std::ranges::find(names, name);
  if (found == names.end()) return std::nullopt;
  return static_cast<Engine>(found - names.begin());
}

}  // namespace scrim::defaults
