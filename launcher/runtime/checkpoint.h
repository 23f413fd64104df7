// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "launcher/criu/options.h"
#include "launcher/runtime/prepare.h"
#include "launcher/runtime/store.h"

namespace scrim::runtime {

struct CheckpointOptions {
  criu::Options criu;
  std::string parent_path;  // images of an earlier pre-dump, relative to the image path; empty: none
  bool leave_running = false;
  bool pre_dump = false;  // memory only, and the container goes on
};

// Writes a running container to files (criu(8)). Unless it is to go on, its processes end with that, and it
// is deleted. If it fails the container runs on as it was, and of what was written only criu's log is left; a
// checkpoint that was in the image path before counts as unfinished from the moment that criu starts. Throws
// Error for a container that cannot be restored.
void checkpoint(const Store& store, const std::string& id, const CheckpointOptions& options,
                const Warn& warn);

}  // namespace scrim::runtime
