// SPDX-License-Identifier: Apache-2.0
#include "launcher/runtime/kill.h"

#include "launcher/cli/command.h"
#include "launcher/options/options.h"
#include "launcher/os/signals.h"
#include "libprofile/error.h"
#include "libprofile/text.h"

namespace scrim::cli {

int kill_command(const Context& context, const Arguments& arguments) {
  Options app("Sends a signal to the first process of a container.", "scrim kill");
  std::string id;
  std::string signal = "SIGTERM";
  bool all = false;
  app.add_flag("-a,--all", all, "to all processes of the container");
  app.add_option("container-id", id, "the container's name").required();
  app.add_option("signal", signal, "name or number (default: SIGTERM)");
  app.parse(arguments);
  const std::optional<int> number = os::signal_named(signal);
  if (!number) throw Error(concat("unknown signal \"", signal, "\" (see signal(7))"));
  runtime::kill(runtime::Store(context.root()), id, *number, all);
  return 0;
}

}  // namespace scrim::cli
