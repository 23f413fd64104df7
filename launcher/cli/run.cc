// SPDX-License-Identifier: Apache-2.0
#include "launcher/runtime/run.h"

#include "launcher/cli/container_options.h"
#include "launcher/options/options.h"

namespace scrim::cli {

int run_command(const Context& context, const Arguments& arguments) {
  Options app("Creates a container, starts it, waits for it, deletes it, and exits with its status.",
              "scrim run");
  ContainerOptions options;
  runtime::RunOptions run;
  bool no_subreaper = false;
  add_container_options(app, options);
  app.add_flag("-d,--detach", run.detach, "return as soon as the program runs");
  app.add_flag("--keep", run.keep, "do not delete the container when it has ended");
  app.add_flag("--no-subreaper", no_subreaper, "accepted for runc's sake: scrim never is a subreaper");
  app.parse(arguments);
  runtime::PreparedBundle bundle = prepare(context, options);
  run.create = std::move(options.create);
  return runtime::run(bundle, runtime::Store(context.root()), std::move(run), warn_to(context));
}

}  // namespace scrim::cli
