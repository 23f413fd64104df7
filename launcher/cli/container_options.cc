// SPDX-License-Identifier: Apache-2.0
#include "launcher/cli/container_options.h"

#include <utility>

#include "libprofile/text.h"

namespace scrim::cli {

void add_container_options(Options& app, ContainerOptions& options) {
  app.add_option("container-id", options.create.id, "the container's name").required();
  app.add_option("-b,--bundle", options.bundle, "directory of the bundle (default: the current one)");
  app.add_option("-f,--config", options.config_file, "use this file instead of the bundle's config.json");
  app.add_option("--console-socket", options.create.console_socket,
                 "unix socket that gets the master end of the container's terminal");
  app.add_option("--pidfd-socket", options.create.pidfd_socket,
                 "unix socket that gets the pidfd of the container's process");
  app.add_option("--pid-file", options.create.pid_file, "file to write the process id to");
  app.add_flag("--no-pivot", options.create.no_pivot,
               "do not use pivot_root (for a root file system in memory)");
  app.add_flag("--no-new-keyring", options.create.no_new_keyring, "keep the caller's session keyring");
  app.add_option("--preserve-fds", options.create.preserve_fds, "pass this many descriptors from 3 on");
}

runtime::Warn warn_to(const Context& context) {
  return [&log = context.log](std::string_view message) { log.warning(message); };
}

runtime::PreparedBundle prepare(const Context& context, ContainerOptions& options, Verify verify) {
  options.create.to_be_closed = std::move(context.own_mount);
  if (context.global.systemd_cgroup) options.create.cgroup_manager = cgroup::Manager::systemd;
  return runtime::prepare_bundle(options.bundle, options.config_file, context.config,
                                 {.compiler = context.global.compiler,
                                  .verify = verify == Verify::yes || context.global.verify,
                                  .tell =
                                      [&log = context.log](const resolve::Resolution& resolution) {
                                        log.debug(concat("seccomp profile: ", resolution.name));
                                        for (const std::string& reason : resolution.because)
                                          log.debug(reason);
                                      }},
                                 warn_to(context));
}

}  // namespace scrim::cli
