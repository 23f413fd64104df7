// SPDX-License-Identifier: Apache-2.0
#include "launcher/cli/container_options.h"
#include "launcher/options/options.h"
#include "launcher/runtime/remove.h"

namespace scrim::cli {

int delete_command(const Context& context, const Arguments& arguments) {
  Options app("Deletes a stopped container.", "scrim delete");
  std::string id;
  bool force = false;
  bool regex = false;
  app.add_option("container-id", id, "the container's name").required();
  app.add_flag("-f,--force", force, "kill it if it runs; no error if it does not exist");
  app.add_flag("-r,--regex", regex, "the name is a regular expression: all that match");
  app.parse(arguments);
  (regex ? runtime::remove_matching : runtime::remove)(runtime::Store(context.root()), id, force,
                                                       warn_to(context));
  return 0;
}

}  // namespace scrim::cli
