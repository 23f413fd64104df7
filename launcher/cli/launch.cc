// SPDX-License-Identifier: Apache-2.0
#include "launcher/runtime/launch.h"

#include <iostream>

#include "launcher/cli/container_options.h"
#include "launcher/cli/profile_options.h"
#include "launcher/init/executable.h"
#include "launcher/options/options.h"
#include "libprofile/error.h"
#include "libprofile/text.h"

namespace scrim::cli {

namespace {

void print(const resolve::Resolution& resolution) {
  std::cout << "profile: " << printable(resolution.name) << '\n';
  for (const std::string& reason : resolution.because) std::cout << "because: " << printable(reason) << '\n';
  if (!resolution.seccomp) return;
  std::cout << "default: " << document::name_of(resolution.seccomp->header.default_action) << '\n'
            << "rules:   " << resolution.seccomp->rules.size() << '\n';
}

int launch(const Context& context, const Arguments& arguments) {
  Options app("Runs one process under a seccomp profile, without a container.", "scrim launch");
  runtime::LaunchOptions options;
  std::string profile;
  std::string profile_root;
  std::string frequencies;
  bool only_print = false;
  const Option& wanted = app.add_option(
      "--profile", profile,
      "RuntimeDefault[@containerd|docker|podman|cri-o], Localhost:PATH, Unconfined, or a file's path");
  app.add_flag("--privileged", options.request.privileged, "as a privileged container: Unconfined");
  const Option& root = app.add_option("--profile-root", profile_root,
                                      "where Localhost paths start (default: /var/lib/kubelet/seccomp)");
  const Option& user = app.add_option("--user", options.user, "user[:group], by name or number");
  add_capability_options(app, options.cap_add, options.cap_drop);
  app.add_flag("--no-new-privs", options.no_new_privs,
               "set no_new_privs, which an unprivileged caller needs");
  app.add_flag("--strict", options.profile.strict, "take unknown syscall names in the profile for errors");
  app.add_option("--frequencies", frequencies, frequencies_help);
  app.add_flag("--print", only_print, "show which profile applies and why, and stop");
  app.add_option("command", options.command, "the command and its arguments").to_the_end();
  app.parse(arguments);

  options.settings = context.config.settings;
  options.profile.compiler = context.global.compiler;
  options.profile.verify = context.global.verify;
  if (!frequencies.empty()) options.profile.frequencies = frequencies_of(frequencies, warn_to(context));
  // Given and empty (a variable that is not set) is a mistake that must not end as Unconfined, or as root.
  if (user.count() > 0 && options.user.empty()) throw Error("--user is empty");
  if (root.count() > 0) {
    if (profile_root.empty()) throw Error("--profile-root is empty");
    options.settings.profile_root = profile_root;
  }
  if (wanted.count() > 0) {
    options.request.wanted = wanted_profile(profile, "--profile ");
    options.request.because.push_back(concat("--profile asks for ", profile));
  }
  if (options.request.privileged) options.request.because.emplace_back("--privileged");
  if (only_print) {
    print(runtime::resolution_of(options, warn_to(context)));
    return 0;
  }
  if (options.command.empty()) throw Error("launch: no command (scrim launch [options] -- COMMAND…)");
  runtime::launch(options, warn_to(context));
}

}  // namespace

int launch_command(const Context& context, const Arguments& arguments) {
  try {
    return launch(context, arguments);
  } catch (const init::ExecutableError& error) {
    context.log.error(error.what());
    return error.exit_status();
  }
}

}  // namespace scrim::cli
