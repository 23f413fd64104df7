// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "launcher/runtime/create.h"
#include "launcher/runtime/restore.h"

namespace scrim::runtime {

struct RunOptions {
  CreateOptions create;
  bool detach = false;
  bool keep = false;  // leaves the stopped container to `delete`
};

// create, start and, unless detached, wait and delete. In the foreground our standard streams or terminal are
// the container's, and signals that reach us go to it. Returns its exit status (128 + n if signal n ended
// it), or 0.
[[nodiscard]] int run(PreparedBundle& bundle, const Store& store, RunOptions options, const Warn& warn);

// The same of a container that is restored. `options.create` counts for the rest of it.
[[nodiscard]] int run_restored(PreparedBundle& bundle, const Store& store, RestoreOptions options,
                               bool detach, const Warn& warn);

}  // namespace scrim::runtime
