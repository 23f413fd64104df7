// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libprofile/document/profile.h"

// What RuntimeDefault means for each engine, as data (data/*.json) with a reason for each group.
namespace scrim::defaults {

enum class Engine : unsigned char { containerd, docker, podman, cri_o };

[[nodiscard]] std::string_view name_of(Engine engine);  // "containerd", "docker", "podman", "cri-o"
[[nodiscard]] std::optional<Engine> engine_named(std::string_view name);

// The known versions of an engine's default, oldest first; the last one is what the plain name means.
[[nodiscard]] std::vector<std::string> versions(Engine engine);

// The default profile of that engine and version as a template; `file` of it is
// "RuntimeDefault@containerd-2.3.4". An empty version is the newest. Throws Error for a version that is not
// known, naming those that are.
[[nodiscard]] document::Profile default_profile(Engine engine, std::string_view version);

}  // namespace scrim::defaults
