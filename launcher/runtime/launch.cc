// SPDX-License-Identifier: Apache-2.0
#include "launcher/runtime/launch.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <string_view>

#include "launcher/init/enforce.h"
#include "launcher/init/executable.h"
#include "launcher/init/identity.h"
#include "launcher/init/passwd.h"
#include "libprofile/error.h"
#include "libprofile/kernel/raw_syscall.h"
#include "libprofile/text.h"

namespace scrim::runtime {

using resolve::CapabilitySet;

namespace {

std::vector<std::string> environment() {
  std::vector<std::string> all;
  for (char** entry = environ; *entry != nullptr; ++entry) all.emplace_back(*entry);
  return all;
}

// Nobody waits for this process but its caller: the message goes to standard error if the filter lets it.
void tell_standard_error(init::Handover& handover) noexcept {
  const auto failure = handover.failure();
  if (!failure) return;
  constexpr std::string_view prefix = "scrim: ";
  const auto write = [](std::string_view text) {
    kernel::raw_syscall(SYS_write, STDERR_FILENO, reinterpret_cast<long>(text.data()),
                        static_cast<long>(text.size()));
  };
  write(prefix);
  write(failure->message);
  write("\n");
  init::end_process(failure->exit_status == init::status_failed ? status_launch_failed
                                                                : failure->exit_status);
}

init::Identity identity_for(const LaunchOptions& options) {
  init::Identity identity;
  if (!options.user.empty()) {
    const init::Account account = init::find_account(options.user);
    identity.user = bundle::User{account.uid, account.gid, {}, account.additional_gids};
  }
  if (!options.cap_add.empty() || !options.cap_drop.empty()) {
    bundle::Capabilities capabilities = init::current_capabilities();
    capabilities.bounding = bounding_after(options);
    // As in a container: only root has them without asking files or the ambient set (capabilities(7)).
    const bool root = identity.user ? identity.user->uid == 0 : geteuid() == 0;
    const std::uint64_t kept = root ? capabilities.bounding.bits() : 0;
    capabilities.permitted = CapabilitySet(capabilities.permitted.bits() & kept);
    capabilities.effective = CapabilitySet(capabilities.effective.bits() & kept);
    capabilities.inheritable = CapabilitySet(capabilities.inheritable.bits() & capabilities.bounding.bits());
    capabilities.ambient = CapabilitySet(capabilities.ambient.bits() & capabilities.bounding.bits());
    identity.capabilities = capabilities;
  }
  return identity;
}

PreparedProfile prepare(const LaunchOptions& options, const Warn& warn) {
  return prepare_profile(options.request, options.settings, bounding_after(options), options.profile, warn);
}

}  // namespace

CapabilitySet bounding_after(const LaunchOptions& options) {
  const CapabilitySet had = init::current_capabilities().bounding;
  const unsigned last = init::last_capability();
  std::uint64_t bits = had.bits();
  for (const std::string& name : options.cap_drop) bits &= ~resolve::capabilities_named(name, last).bits();
  for (const std::string& name : options.cap_add)
    bits |= resolve::capabilities_named(name, last).bits() & had.bits();
  return CapabilitySet(bits);
}

resolve::Resolution resolution_of(const LaunchOptions& options, const Warn& warn) {
  return prepare(options, warn).resolution;
}

void launch(const LaunchOptions& options, const Warn& warn) {
  PreparedProfile profile = prepare(options, warn);
  if (!profile.listener_path.empty())
    throw Error(concat(profile.resolution.name, ": a seccomp listener needs a container (scrim run)"));
  const init::Executable executable{init::find_executable(options.command.front(), environment()),
                                    options.command, environment()};
  init::Identity identity = identity_for(options);
  init::Handover handover = init::Handover::make();
  kernel::Installation installation;
  if (profile.compilation) installation = {finished_program(profile), profile.flags};
  if (options.no_new_privs) init::set_no_new_privs();
  identity.until_exec = init::needed_to_install(profile.compilation.has_value());
  init::enforce_and_exec(
      executable, profile.compilation ? &installation : nullptr, [&] { init::assume(identity); }, handover,
      tell_standard_error);
}

}  // namespace scrim::runtime
