// SPDX-License-Identifier: Apache-2.0
#include "launcher/runtime/state.h"

#include <iostream>

#include "launcher/cli/command.h"
#include "launcher/cli/shown_state.h"
#include "launcher/options/options.h"
#include "launcher/runtime/store.h"

namespace scrim::cli {

int state_command(const Context& context, const Arguments& arguments) {
  Options app("Prints the state of a container (runtime-spec, runtime.md).", "scrim state");
  std::string id;
  app.add_option("container-id", id, "the container's name").required();
  app.parse(arguments);
  const runtime::Container container = runtime::Store(context.root()).look(id);
  const runtime::ContainerState state = container.load();
  const runtime::Status status = runtime::status_of(state, container);
  std::cout << document::json::to_text(shown_state(state, status), 2) << '\n';
  return 0;
}

}  // namespace scrim::cli
