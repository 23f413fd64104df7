// SPDX-License-Identifier: Apache-2.0
#include "launcher/cli/command.h"
#include "libprofile/error.h"
#include "libprofile/text.h"

namespace scrim::cli {

[[noreturn]] static void refuse(std::string_view what) {
  throw Error(concat(what,
                     ": scrim does not drive criu itself. Containers that are to be checkpointed need a "
                     "runtime that does: --delegate runc, from their creation on"));
}

int checkpoint_command(const Context&, const Arguments&) {
  refuse("checkpoint");
}

int restore_command(const Context&, const Arguments&) {
  refuse("restore");
}

}  // namespace scrim::cli
