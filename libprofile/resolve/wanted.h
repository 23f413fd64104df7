// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "libprofile/resolve/resolve.h"

// The words in which profiles are asked for; parse_wanted() is declared in resolve.h.
namespace scrim::resolve {

struct EngineVersion {
  defaults::Engine engine = defaults::Engine::containerd;
  std::string version;  // empty: the newest known
};

// "containerd" or "containerd-1.6.20". The version is not checked here (defaults::default_profile does).
// Throws Error for an engine that does not exist, naming those that do.
[[nodiscard]] EngineVersion parse_engine_version(std::string_view text);

// As parse_wanted() reads it: "RuntimeDefault@docker", "Localhost:web.json", "Unconfined"; for messages.
[[nodiscard]] std::string describe(const Wanted& wanted);

// What to say of a text that parse_wanted() does not know.
inline constexpr std::string_view wanted_forms =
    "RuntimeDefault, RuntimeDefault@ENGINE[-VERSION], Localhost:PATH or Unconfined";

}  // namespace scrim::resolve
