// SPDX-License-Identifier: Apache-2.0
#include "launcher/cli/command.h"
#include "launcher/options/options.h"
#include "launcher/runtime/pause.h"

namespace scrim::cli {

int resume_command(const Context& context, const Arguments& arguments) {
  Options app("Lets the processes of a paused container go on.", "scrim resume");
  std::string id;
  app.add_option("container-id", id, "the container's name").required();
  app.parse(arguments);
  runtime::resume(runtime::Store(context.root()), id);
  return 0;
}

}  // namespace scrim::cli
