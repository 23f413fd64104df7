// SPDX-License-Identifier: Apache-2.0
#include "launcher/runtime/create.h"

#include "launcher/cli/container_options.h"
#include "launcher/options/options.h"

namespace scrim::cli {

int create_command(const Context& context, const Arguments& arguments) {
  Options app("Creates a container: everything but running its program, which `scrim start` does.",
              "scrim create");
  ContainerOptions options;
  add_container_options(app, options);
  app.parse(arguments);
  runtime::PreparedBundle bundle = prepare(context, options);
  runtime::create(bundle, runtime::Store(context.root()), std::move(options.create), warn_to(context))
      .release();
  return 0;
}

}  // namespace scrim::cli
