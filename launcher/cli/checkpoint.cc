// SPDX-License-Identifier: Apache-2.0
#include "launcher/cli/command.h"
#include "launcher/options/options.h"
#include "libprofile/error.h"
#include "libprofile/text.h"

namespace scrim::cli {

[[noreturn]] static void refuse(std::string_view what, const Arguments& arguments) {
  Options app(
      concat("Only with --delegate: scrim does not drive criu itself.\nusage: scrim --delegate RUNTIME ",
             what, " [options] CONTAINER"),
      concat("scrim ", what));
  app.allow_unknown();
  app.parse(arguments);
  throw Error(concat(what,
                     ": scrim does not drive criu itself. Containers that are to be checkpointed need a "
                     "runtime that does: --delegate runc, from their creation on"));
}

int checkpoint_command(const Context&, const Arguments& arguments) {
  refuse("checkpoint", arguments);
}

int restore_command(const Context&, const Arguments& arguments) {
  refuse("restore", arguments);
}

}  // namespace scrim::cli
