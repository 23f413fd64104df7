// SPDX-License-Identifier: Apache-2.0
#include "launcher/runtime/run.h"

#include <optional>

#include "launcher/runtime/foreground.h"
#include "launcher/runtime/start.h"

namespace scrim::runtime {

// It runs: what is left to do is the same however it came to that.
static int attend(Created& created, std::optional<Foreground>& foreground, bool keep) {
  run_poststart(created.state());
  if (!foreground) {
    if (created.notify()) {
      created.unlock();
      created.notify()->wait(created.process().pidfd(), created.process().pid());
    }
    created.release();
    return 0;
  }
  created.unlock();
  const os::ExitStatus status = foreground->wait(created.process(), created.notify());
  created.finish(keep);
  return status.as_shell();
}

int run(PreparedBundle& bundle, const Store& store, RunOptions options, const Warn& warn) {
  const bool own_terminal = bundle.spec.process && bundle.spec.process->terminal && !options.detach &&
                            options.create.console_socket.empty();
  std::optional<Foreground> foreground;
  if (!options.detach) foreground.emplace(own_terminal);
  CreateOptions create_options = std::move(options.create);
  create_options.wait_for_start = false;
  if (own_terminal) create_options.console = &foreground->console_socket();

  Created created = create(bundle, store, std::move(create_options), warn);
  if (own_terminal) foreground->take_terminal();
  created.wait_for_exec();
  return attend(created, foreground, options.keep);
}

int run_restored(PreparedBundle& bundle, const Store& store, RestoreOptions options, bool detach,
                 const Warn& warn) {
  std::optional<Foreground> foreground;
  if (!detach) foreground.emplace(false);
  Created created = restore(bundle, store, std::move(options), warn);
  return attend(created, foreground, false);
}

}  // namespace scrim::runtime
