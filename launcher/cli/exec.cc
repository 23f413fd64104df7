// SPDX-License-Identifier: Apache-2.0
#include "launcher/runtime/exec.h"

#include "launcher/cli/container_options.h"
#include "launcher/options/options.h"
#include "libprofile/error.h"
#include "libprofile/text.h"

namespace scrim::cli {

namespace {

void add_process_options(Options& app, runtime::ProcessOptions& options) {
  app.add_option("-p,--process", options.file,
                 "file with the process as JSON (runtime-spec, config.md), in place of the command");
  app.add_option("--cwd", options.cwd, "working directory in the container");
  app.add_option("-e,--env", options.env, "NAME=value to add to the environment");
  app.add_flag("-t,--tty", options.terminal, "give it a terminal");
  app.add_option("-u,--user", options.user, "UID or UID:GID to run as");
  app.add_option("-g,--additional-gids", options.additional_gids, "group id to add");
  app.add_option("-c,--cap", options.capabilities, "capability to add");
  app.add_option("--apparmor", options.apparmor_profile, "AppArmor profile");
  app.add_option("--process-label", options.selinux_label, "SELinux label");
  app.add_flag("--no-new-privs", options.no_new_privileges, "set no_new_privs");
}

// [--] CONTAINER [--] COMMAND ARGUMENT…
void take_words(std::vector<std::string> words, runtime::ExecOptions& options) {
  const auto drop_dashes = [&] {
    if (!words.empty() && words.front() == "--") words.erase(words.begin());
  };
  drop_dashes();
  if (words.empty()) throw Error("no container is named (see scrim exec --help)");
  options.id = words.front();
  words.erase(words.begin());
  drop_dashes();
  options.process.args = std::move(words);
}

}  // namespace

int exec_command(const Context& context, const Arguments& arguments) {
  Options app(
      "Starts another process in a container, and exits with its status.\n"
      "usage: scrim exec [options] CONTAINER COMMAND [ARGUMENT…], or --process FILE CONTAINER",
      "scrim exec");
  runtime::ExecOptions options;
  bool no_subreaper = false;
  app.stop_at_first_word();
  add_process_options(app, options.process);
  app.add_option("--console-socket", options.console_socket,
                 "unix socket that gets the master end of its terminal");
  app.add_option("--pidfd-socket", options.pidfd_socket, "unix socket that gets its pidfd");
  app.add_flag("-d,--detach", options.detach, "return as soon as it runs");
  app.add_option("--pid-file", options.pid_file, "file to write its process id to");
  app.add_option("--preserve-fds", options.preserve_fds, "pass this many descriptors from 3 on");
  app.add_option("--cgroup", options.cgroups, "[CONTROLLER,…:]PATH of a cgroup below the container's");
  app.add_flag("--ignore-paused", options.ignore_paused, "also in a paused container: once it is resumed");
  app.add_flag("--no-subreaper", no_subreaper, "accepted for runc's sake: scrim never is a subreaper");
  app.parse(arguments);
  take_words(app.rest(), options);
  try {
    return runtime::exec(runtime::Store(context.root()), options, warn_to(context));
  } catch (const Error& error) {
    // As runc begins it: engines look for what follows.
    throw Error(concat("exec failed: ", error.what()));
  }
}

}  // namespace scrim::cli
