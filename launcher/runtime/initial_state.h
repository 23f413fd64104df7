// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "launcher/runtime/prepare.h"
#include "launcher/runtime/state.h"

namespace scrim::runtime {

// The state of a container that is to be made from a bundle; its cgroups, its process and its profile are not
// there yet.
[[nodiscard]] ContainerState initial_state(const PreparedBundle& bundle, const std::string& id);

// Which profile it has, and where its listener goes.
void note_profile(ContainerState& state, const PreparedProfile& profile);

// What `exec` and `checkpoint` build on, whatever becomes of the bundle: the same process and filter, the
// streams that are ours.
void remember_for_later(ContainerState& state, const PreparedBundle& bundle, bool new_keyring);

}  // namespace scrim::runtime
