// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <optional>
#include <string_view>

namespace scrim::defaults {

enum class Engine : unsigned char { containerd, docker, podman, cri_o };

inline constexpr std::array engines{Engine::containerd, Engine::docker, Engine::podman, Engine::cri_o};

[[nodiscard]] std::string_view name_of(Engine engine);  // "containerd", "docker", "podman", "cri-o"
[[nodiscard]] std::optional<Engine> engine_named(std::string_view name);

}  // namespace scrim::defaults
