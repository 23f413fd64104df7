// SPDX-License-Identifier: Apache-2.0
#include "launcher/runtime/pause.h"
#include "launcher/cli/command.h"
#include "launcher/options/options.h"

namespace scrim::cli {

int pause_command(const Context& context, const Arguments& arguments) {
  Options app("Suspends all processes of a container.", "scrim pause");
  std::string id;
  app.add_option("container-id", id, "the container's name").required();
  app.parse(arguments);
  runtime::pause(runtime::Store(context.root()), id);
  return 0;
}

}  // namespace scrim::cli
