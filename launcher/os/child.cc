// SPDX-License-Identifier: Apache-2.0
#include "launcher/os/child.h"

#include <spawn.h>
#include <sys/wait.h>

#include <cerrno>
#include <csignal>

#include "launcher/os/c_strings.h"
#include "launcher/os/pidfd.h"
#include "libprofile/error.h"

namespace scrim::os {

namespace {

// posix_spawn(3)'s two settings objects.
struct SpawnSettings {
  posix_spawn_file_actions_t files{};
  posix_spawnattr_t attributes{};
  SpawnSettings() {
    posix_spawn_file_actions_init(&files);
    posix_spawnattr_init(&attributes);
  }
  SpawnSettings(const SpawnSettings&) = delete;
  SpawnSettings& operator=(const SpawnSettings&) = delete;
  ~SpawnSettings() {
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attributes);
  }
};

}  // namespace

Child Child::spawn(const std::string& path, const std::vector<std::string>& args,
                   const std::vector<std::string>& env, const std::array<int, 3>& standard,
                   const std::string& doing) {
  SpawnSettings settings;
  for (int number = 0; number < 3; ++number)
    posix_spawn_file_actions_adddup2(&settings.files, standard[static_cast<std::size_t>(number)], number);
  sigset_t signals{};
  sigemptyset(&signals);
  posix_spawnattr_setsigmask(&settings.attributes, &signals);
  sigfillset(&signals);
  posix_spawnattr_setsigdefault(&settings.attributes, &signals);
  posix_spawnattr_setflags(&settings.attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);

  pid_t pid = -1;
  const int errnum = posix_spawn(&pid, path.c_str(), &settings.files, &settings.attributes,
                                 c_strings(args).data(), c_strings(env).data());
  if (errnum != 0) throw SystemError(errnum, doing);
  Child child(pid, pidfd_open(pid));
  if (!child.pidfd_) throw_errno(doing);
  return child;
}

Child::Child(Child&& other) noexcept : pid_(std::exchange(other.pid_, -1)), pidfd_(std::move(other.pidfd_)) {}

Child::~Child() {
  if (pid_ < 0) return;
  kill(SIGKILL);
  siginfo_t info{};
  while (waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | __WALL) != 0 && errno == EINTR) continue;
}

void Child::kill(int signal) const noexcept {
  if (pid_ > 0) os::pidfd_send_signal(pidfd_, signal);
}

ExitStatus Child::wait() {
  siginfo_t info{};
  while (waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | __WALL) != 0)
    if (errno != EINTR) throw_errno("wait for a child process");
  pid_ = -1;
  if (info.si_code == CLD_EXITED) return {info.si_status, 0};
  return {0, info.si_status};
}

}  // namespace scrim::os
