// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include "launcher/options/options.h"

#include "launcher/cli/command.h"
#include "launcher/runtime/create.h"

namespace scrim::cli {

// What `create` and `run` have in common.
struct ContainerOptions {
  std::string bundle = ".";
  std::string config_file;
  runtime::CreateOptions create;
};
void add_container_options(Options& app, ContainerOptions& options);

// Reads the bundle and sets what the global options say of it, with remarks and the profile's reasons going
// to the log.
enum class Verify : bool { as_asked, yes };
[[nodiscard]] runtime::PreparedBundle prepare(const Context& context, ContainerOptions& options,
                                              Verify verify = Verify::as_asked);
[[nodiscard]] runtime::Warn warn_to(const Context& context);

}  // namespace scrim::cli
