// SPDX-License-Identifier: Apache-2.0
#include "launcher/os/program.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <utility>

#include "launcher/os/c_strings.h"
#include "launcher/os/fd.h"
#include "libprofile/error.h"
#include "libprofile/text.h"

namespace scrim::os {

// Not those that tell of this process' own faults, that nobody can catch, or that stop and continue a job:
// the terminal sends these to the whole group.
static sigset_t forwarded_signals() {
  sigset_t set;
  sigfillset(&set);
  for (const int signal : {SIGKILL, SIGSTOP, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGSYS,
                           SIGTSTP, SIGTTIN, SIGTTOU, SIGCONT, SIGPIPE})
    sigdelset(&set, signal);
  return set;
}

static struct sigaction default_action() {
  struct sigaction action {};
  action.sa_handler = SIG_DFL;
  return action;
}

static ExitStatus wait_for(pid_t pid) {
  int status = 0;
  while (waitpid(pid, &status, 0) < 0)
    if (errno != EINTR) throw_errno("wait for a child");
  if (WIFSIGNALED(status)) return {0, WTERMSIG(status)};
  return {WEXITSTATUS(status), 0};
}

namespace {

// What differs between children at the moment of execve.
struct Start {
  int standard_output = -1;  // -1: ours
  int standard_error = -1;
  const sigset_t* mask = nullptr;  // nullptr: ours
  const struct sigaction* child_action = nullptr;
};

// Kills and reaps a child that nobody waited for.
class Running {
 public:
  explicit Running(pid_t pid) : pid_(pid) {}
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;
  ~Running() {
    if (pid_ <= 0) return;
    kill(pid_, SIGKILL);
    while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) continue;
  }
  [[nodiscard]] pid_t pid() const { return pid_; }
  [[nodiscard]] ExitStatus wait() { return wait_for(std::exchange(pid_, -1)); }

 private:
  pid_t pid_;
};

}  // namespace

// Runs between fork and execve: system calls only.
[[noreturn]] static void become(const char* path, char* const* argv, const Start& start, pid_t parent,
                                int failure) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(128 + SIGKILL);  // it died before the prctl
  if (start.standard_output >= 0) dup2(start.standard_output, STDOUT_FILENO);
  if (start.standard_error >= 0) dup2(start.standard_error, STDERR_FILENO);
  if (start.child_action != nullptr) sigaction(SIGCHLD, start.child_action, nullptr);
  if (start.mask != nullptr) sigprocmask(SIG_SETMASK, start.mask, nullptr);
  execv(path, argv);
  const int error = errno;
  [[maybe_unused]] const ssize_t written = write(failure, &error, sizeof error);
  _exit(127);
}

static pid_t spawn(const std::string& path, const std::vector<std::string>& arguments, const Start& start) {
  const std::vector<char*> argv = c_strings(arguments);
  auto [failure_in, failure_out] =
      make_pipe();  // closed by a successful execve, otherwise it brings the errno
  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid < 0) throw_errno(concat("fork for ", path));
  if (pid == 0) become(path.c_str(), argv.data(), start, parent, failure_out.get());
  failure_out.reset();
  int error = 0;
  ssize_t got = 0;
  do got = read(failure_in.get(), &error, sizeof error);
  while (got < 0 && errno == EINTR);
  if (got == 0) return pid;
  waitpid(pid, nullptr, 0);
  throw SystemError(error, concat("execute ", path));
}

std::string find_program(const std::string& name) {
  if (name.find('/') != std::string::npos) return name;
  const char* variable = getenv("PATH");
  const std::string path = variable != nullptr ? variable : "/bin:/usr/bin";  // execvp(3) without PATH
  for (const std::string_view directory : split(path, ':')) {
    std::string candidate = concat(directory.empty() ? "." : directory, "/", name);
    struct stat status {};
    if (stat(candidate.c_str(), &status) == 0 && S_ISREG(status.st_mode) &&
        access(candidate.c_str(), X_OK) == 0)
      return candidate;
  }
  throw Error(concat("no program \"", name, "\" in PATH (", path, ")"));
}

void exec_program(const std::string& path, const std::vector<std::string>& arguments) {
  execv(path.c_str(), c_strings(arguments).data());
  throw_errno(concat("execute ", path));
}

SignalsHeld::SignalsHeld() : held_(forwarded_signals()) {
  sigprocmask(SIG_BLOCK, &held_, &previous_mask_);
  // Whoever ignores SIGCHLD, and lets us inherit that, would take the child's status away (wait(2), notes).
  const struct sigaction action = default_action();
  sigaction(SIGCHLD, &action, &previous_action_);
}

SignalsHeld::~SignalsHeld() {
  sigaction(SIGCHLD, &previous_action_, nullptr);
  sigprocmask(SIG_SETMASK, &previous_mask_, nullptr);
}

ExitStatus SignalsHeld::run_in_foreground(const std::string& path,
                                          const std::vector<std::string>& arguments) const {
  Start start;
  start.mask = &previous_mask_;
  start.child_action = &previous_action_;
  Running child(spawn(path, arguments, start));
  for (;;) {
    siginfo_t info{};
    // P_PID with WNOWAIT: a look that leaves the child to wait(). A SIGCHLD sent before we look stays
    // pending.
    if (waitid(P_PID, static_cast<id_t>(child.pid()), &info, WEXITED | WNOHANG | WNOWAIT) != 0)
      throw_errno(concat("wait for ", path));
    if (info.si_pid == child.pid()) return child.wait();
    const int signal = sigwaitinfo(&held_, &info);
    // si_code > 0: the kernel's, among them what the terminal sends (SI_KERNEL) to us and the child alike.
    if (signal > 0 && signal != SIGCHLD && info.si_code <= 0) kill(child.pid(), signal);
  }
}

Captured capture(const std::string& path, const std::vector<std::string>& arguments,
                 StandardError standard_error) {
  auto [out, in] = make_pipe();
  const Fd null = standard_error == StandardError::discarded ? open("/dev/null", O_WRONLY) : Fd();
  const struct sigaction action = default_action();
  struct sigaction previous {};
  sigaction(SIGCHLD, &action, &previous);

  Start start;
  start.standard_output = in.get();
  start.standard_error = null.get();
  start.child_action = &previous;
  Running child(spawn(path, arguments, start));
  in.reset();
  Captured captured;
  std::array<char, 4096> buffer{};
  for (;;) {
    const ssize_t got = read(out.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw_errno(concat("read what ", path, " prints"));
    if (got == 0) break;
    captured.output.append(buffer.data(), static_cast<std::size_t>(got));
  }
  captured.exit = child.wait();
  sigaction(SIGCHLD, &previous, nullptr);
  return captured;
}

}  // namespace scrim::os
