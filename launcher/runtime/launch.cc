// SPDX-License-Identifier: Apache-2.0
#include "launcher/runtime/launch.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cctype>
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

// moby oci/caps/defaults.go and containerd oci/spec.go (defaultUnixCaps); containers-common's is a part of
// it.
constexpr std::array<std::string_view, 14> engine_default{
    "CAP_CHOWN",   "CAP_DAC_OVERRIDE", "CAP_FSETID",           "CAP_FOWNER",
    "CAP_MKNOD",   "CAP_NET_RAW",      "CAP_SETGID",           "CAP_SETUID",
    "CAP_SETFCAP", "CAP_SETPCAP",      "CAP_NET_BIND_SERVICE", "CAP_SYS_CHROOT",
    "CAP_KILL",    "CAP_AUDIT_WRITE"};

CapabilitySet set_named(const std::string& name) {
  std::string upper = name;
  for (char& c : upper) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  CapabilitySet set;
  if (upper == "ALL") {
    for (unsigned number = 0; number <= init::last_capability(); ++number) set.add(number);
  } else if (upper == "DEFAULT") {
    for (const std::string_view capability : engine_default) set.add(*CapabilitySet::number_of(capability));
  } else {
    const auto number = CapabilitySet::number_of(name);
    if (!number) throw Error(concat("no capability is called ", name, " (capabilities(7); or ALL, DEFAULT)"));
    set.add(*number);
  }
  return set;
}

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
  std::uint64_t bits = had.bits();
  for (const std::string& name : options.cap_drop) bits &= ~set_named(name).bits();
  for (const std::string& name : options.cap_add) bits |= set_named(name).bits() & had.bits();
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
  const init::Identity identity = identity_for(options);
  init::Handover handover = init::Handover::make();
  kernel::Installation installation;
  if (profile.compilation) installation = {finished_program(profile), profile.flags};
  if (options.no_new_privs) init::set_no_new_privs();
  init::enforce_and_exec(
      executable, profile.resolution.seccomp ? &installation : nullptr, options.no_new_privs,
      [&] { init::assume(identity); }, handover, tell_standard_error);
}

}  // namespace scrim::runtime
