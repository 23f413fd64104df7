// SPDX-License-Identifier: Apache-2.0
#include "launcher/cli/criu_options.h"
#include "launcher/runtime/run.h"

namespace scrim::cli {

int restore_command(const Context& context, const Arguments& arguments) {
  Options app(
      "Lets a container that was checkpointed go on, with criu(8); waits for it, deletes it, and exits with "
      "its status.",
      "scrim restore");
  runtime::RestoreOptions options;
  CriuOptions common(app, options.criu);
  ContainerOptions container;
  bool detach = false;
  bool ignored = false;
  app.add_option("container-id", container.create.id, "the container's name").required();
  app.add_option("-b,--bundle", container.bundle, "directory of the bundle (default: the current one)");
  app.add_option("-f,--config", container.config_file, "use this file instead of the bundle's config.json");
  app.add_flag("-d,--detach", detach, "return as soon as the container runs");
  app.add_option("--console-socket", container.create.console_socket).hidden();
  app.add_option("--pid-file", container.create.pid_file, "file to write the process id to");
  app.add_option("--pidfd-socket", container.create.pidfd_socket,
                 "unix socket that gets the pidfd of the container's process");
  app.add_option(
      "--lsm-profile TYPE:NAME", options.lsm_profile,
      "AppArmor profile (apparmor:NAME) or SELinux label (selinux:LABEL) in place of the dumped one");
  app.add_option("--lsm-mount-context CONTEXT", options.lsm_mount_context,
                 "SELinux context of mounts in place of the dumped one");
  app.add_flag("--no-subreaper", ignored, "accepted for runc's sake: scrim never is a subreaper");
  app.add_flag("--no-pivot", ignored, "accepted for runc's sake: criu does as it did when it was created");
  app.parse(arguments);
  common.finish(context, "restore");
  // What criu brings back is held against the profile.
  runtime::PreparedBundle bundle = prepare(context, container, Verify::yes);
  options.create = std::move(container.create);
  return runtime::run_restored(bundle, runtime::Store(context.root()), std::move(options), detach,
                               warn_to(context));
}

}  // namespace scrim::cli
