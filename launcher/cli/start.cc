// SPDX-License-Identifier: Apache-2.0
#include "launcher/runtime/start.h"

#include "launcher/cli/command.h"
#include "launcher/options/options.h"

namespace scrim::cli {

int start_command(const Context& context, const Arguments& arguments) {
  Options app("Runs the program of a created container.", "scrim start");
  std::string id;
  app.add_option("container-id", id, "the container's name").required();
  app.parse(arguments);
  runtime::start(runtime::Store(context.root()), id);
  return 0;
}

}  // namespace scrim::cli
