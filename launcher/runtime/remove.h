// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "launcher/runtime/prepare.h"
#include "launcher/runtime/store.h"

namespace scrim::runtime {

// Deletes a stopped container: its cgroups, its state, then the poststop hooks (whose failures are warnings:
// runtime-spec runtime.md, "Lifecycle", step 13). `force`: kills it first, and one that does not exist is no
// error.
void remove(const Store& store, const std::string& id, bool force, const Warn& warn);

// The same for every container whose id the pattern matches somewhere (regex(7), extended), as crun has it.
// One that cannot be deleted does not keep the others from it: its error is thrown in the end.
void remove_matching(const Store& store, const std::string& pattern, bool force, const Warn& warn);

// The same as remove() for a container whose lock is held and whose process is gone.
void remove_stopped(Container container, const ContainerState& state, const Warn& warn);

// The same for one whose processes may still be there: they are killed.
void remove_killed(Container container, const ContainerState& state, const Warn& warn);

}  // namespace scrim::runtime
