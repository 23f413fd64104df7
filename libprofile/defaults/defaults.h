// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "libprofile/defaults/engine.h"
#include "libprofile/document/profile.h"

// What RuntimeDefault means for each engine and version, from data (data/*.json) with a reason for each
// group.
namespace scrim::defaults {

// The known versions of an engine's default, oldest first within a release branch and branch after branch;
// the last one is what the plain name means.
[[nodiscard]] std::vector<std::string> versions(Engine engine);

// The default profile of that engine and version as a template; `file` of it is
// "RuntimeDefault@containerd-2.3.4". An empty version is the newest. What other texts mean: known_version.h.
// Throws Error for a version whose default is not known.
[[nodiscard]] document::Profile default_profile(Engine engine, std::string_view version);

}  // namespace scrim::defaults
