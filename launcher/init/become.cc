// SPDX-License-Identifier: Apache-2.0
#include "launcher/init/become.h"

#include <linux/limits.h>
#include <sys/personality.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>

#include "launcher/init/console.h"
#include "launcher/init/executable.h"
#include "launcher/init/identity.h"
#include "launcher/init/passwd.h"
#include "launcher/init/scheduling.h"
#include "libprofile/error.h"
#include "libprofile/text.h"

namespace scrim::init {

namespace {

// What the caller ignored or blocked (nohup(1), a supervisor) is not the container's.
void reset_signals() {
  struct sigaction by_default {};
  by_default.sa_handler = SIG_DFL;
  for (int signal = 1; signal < NSIG; ++signal) sigaction(signal, &by_default, nullptr);
  sigset_t none{};
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
}

// As in runc: a program that is not root can open /dev/stdout, its pipe or terminal, again.
void give_standard_streams(uid_t uid) {
  for (const int standard : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    struct stat status {};
    if (fstat(standard, &status) != 0 || status.st_uid == uid) continue;
    const bool is_null = S_ISCHR(status.st_mode) && status.st_rdev == makedev(1, 3);
    if (is_null || fchown(standard, uid, static_cast<gid_t>(-1)) == 0) continue;
    // EINVAL: its owner has no id in our user namespace. It works as it is in all of these.
    if (errno != EINVAL && errno != EPERM && errno != EROFS && errno != EACCES)
      throw_errno("give standard input and output to the process' user");
  }
}

void check_working_directory(const std::string& cwd) {
  // A directory outside the root answers ENOENT or "(unreachable)" (CVE-2024-21626, getcwd(2)).
  std::array<char, PATH_MAX> where{};
  if (syscall(SYS_getcwd, where.data(), where.size()) < 0 || where[0] != '/')
    throw Error(concat("enter working directory ", cwd, ": it is outside the container"));
}

}  // namespace

void Becoming::prepare(os::Fd console) const {
  if (console) use_console(console);
  if (settings_.personality && personality(*settings_.personality) < 0) throw_errno("set personality");
  if (settings_.memory_policy) set_memory_policy(*settings_.memory_policy);
  if (process_.no_new_privileges) set_no_new_privs();
  umask(022);
  reset_signals();
}

void Becoming::find_program() {
  executable_ = {"", process_.args, process_.env};
  if (environment_value(executable_.env, "HOME") == nullptr)
    executable_.env.push_back(concat("HOME=", home_of(process_.user.uid)));
  // For relative names only: who the process will be may not be let in here yet.
  const bool entered = chdir(process_.cwd.c_str()) == 0;
  executable_.path = find_executable(executable_.args.front(), executable_.env);
  if (entered && chdir("/") != 0) throw_errno("enter /");
}

void Becoming::drop_privileges(resolve::CapabilitySet until_exec) const {
  set_priorities(process_);
  label_.apply_on_exec();
  give_standard_streams(process_.user.uid);
  // With the privileges of both, as runc: a user of the image may be put where only root can go (-w /root).
  const bool entered = chdir(process_.cwd.c_str()) == 0;
  // No `capabilities` is none, as under runc.
  assume({process_.user, process_.capabilities.value_or(bundle::Capabilities{}), settings_.set_groups,
          until_exec});
  if (!entered && chdir(process_.cwd.c_str()) != 0)
    throw_errno(concat("enter working directory ", process_.cwd));
  check_working_directory(process_.cwd);
}

void Becoming::become(Handover& handover) const {
  const std::optional<kernel::Installation> filter = handover.filter();
  enforce_and_exec(
      executable_, filter ? &*filter : nullptr,
      [&] { drop_privileges(needed_to_install(filter.has_value())); }, handover, [](Handover&) noexcept {});
}

}  // namespace scrim::init
