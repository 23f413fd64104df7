// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <span>

#include "libprofile/inspect/calls.h"
#include "libprofile/lint/subject.h"
#include "libprofile/text.h"

namespace scrim::lint {

using inspect::Fate;

namespace {

struct Needed {
  std::string_view call;
  Severity severity;
  std::string_view without;  // what happens then
};

// What every program needs, whoever starts it.
constexpr Needed by_everybody[] = {
    {"execve", Severity::error, "no program can be started, and so no container"},
    {"exit_group", Severity::warning, "a program cannot end: most C libraries then crash"},
    {"rt_sigreturn", Severity::warning, "a program cannot return from a signal handler, and crashes"},
};

// What a runtime calls between loading the filter and execve, and does not do without if it is denied.
// Measured by denying one call after the other, with runc 1.1.5 and crun 1.8.1 of Debian 12; without
// no_new_privs a filter can only be loaded with CAP_SYS_ADMIN, so before capabilities are dropped and the
// user is changed (runc libcontainer/standard_init_linux.go, crun src/libcrun/container.c).
constexpr std::string_view runc_privileged[] = {
    "capget",  "capset",     "faccessat2", "chdir", "close", "fstat",  "fstatfs",   "getcwd", "getdents64",
    "getppid", "newfstatat", "openat",     "prctl", "read",  "setgid", "setgroups", "setuid", "write"};
constexpr std::string_view runc_no_new_privileges[] = {"close", "fstatfs", "getdents64", "openat", "write"};
constexpr std::string_view crun_privileged[] = {"capset",    "prctl",     "rt_sigaction", "rt_sigprocmask",
                                                "setresgid", "setresuid", "write"};
// Made as well, and done without if they are denied; but not if they are killed for.
constexpr std::string_view runc_tried[] = {"epoll_ctl", "fchown", "fcntl", "getpid", "getuid"};
constexpr std::string_view crun_tried[] = {"close"};
// What runc's Go runtime calls when it comes to it: for other threads, a signal, more memory, a timer.
// Starting a container without them went well or did not from one time to the next.
constexpr std::string_view runc_at_times[] = {"epoll_pwait",  "futex",       "gettid",    "madvise",
                                              "mmap",         "munmap",      "nanosleep", "rt_sigprocmask",
                                              "rt_sigreturn", "sched_yield", "tgkill"};

struct Start {
  std::string_view who;
  std::span<const std::string_view> needed;
  std::span<const std::string_view> tried;
  std::span<const std::string_view> at_times;
};

Start start_of(const Against& against) {
  switch (against.runtime) {
    case Runtime::runc:
      if (against.no_new_privileges) return {"runc", runc_no_new_privileges, runc_tried, runc_at_times};
      return {"runc, without no_new_privs", runc_privileged, runc_tried, runc_at_times};
    case Runtime::crun:
      if (against.no_new_privileges) return {"crun", {}, crun_tried, {}};
      return {"crun, without no_new_privs", crun_privileged, crun_tried, {}};
    case Runtime::scrim:
      break;  // loads the filter last: launcher/init/enforce.h
  }
  return {};
}

class Answers {
 public:
  explicit Answers(const inspect::AbiMeaning& meaning) : meaning_(meaning) {}
  // Whatever the arguments; false for a call that the architecture lacks.
  [[nodiscard]] bool killed(std::string_view call) const { return fate(call) == Fate::killed; }
  [[nodiscard]] bool refused(std::string_view call) const {
    return killed(call) || fate(call) == Fate::denied;
  }

 private:
  [[nodiscard]] Fate fate(std::string_view name) const {
    const inspect::NamedCall* const call = meaning_.abi.named(name);
    return call == nullptr ? Fate::allowed : inspect::fate_of(meaning_.decoded.at(call->number));
  }
  const inspect::AbiMeaning& meaning_;
};

void check_runtime(const Answers& answers, const Subject& subject, Findings& findings) {
  const Against& against = subject.against;
  const document::Position at = subject.resolved.header.at;
  const Start start = start_of(against);
  std::vector<std::string> missing;
  std::vector<std::string> missing_at_times;
  for (const std::string_view call : start.needed)
    if (answers.refused(call)) missing.emplace_back(call);
  for (const std::string_view call : start.tried)
    if (answers.killed(call)) missing.emplace_back(call);
  for (const std::string_view call : start.at_times)
    if (answers.refused(call)) missing_at_times.emplace_back(call);
  std::ranges::sort(missing);
  const std::string_view mend =
      against.no_new_privileges
          ? "allow them; scrim loads the filter last and needs execve alone"
          : "allow them, or set noNewPrivileges (allowPrivilegeEscalation: false), under which fewer are "
            "needed; scrim loads the filter last and needs execve alone";
  if (!missing.empty())
    findings.add("runtime-needs", Severity::error, at,
                 concat(start.who,
                        ", calls after the filter is loaded, and before the program starts, what is "
                        "never allowed: ",
                        join(missing)),
                 std::string(mend));
  if (!missing_at_times.empty())
    findings.add("runtime-may-need", Severity::warning, at,
                 concat(start.who, ", may call there, as its Go runtime sees fit, what is never allowed: ",
                        join(missing_at_times)),
                 std::string(mend));
}

}  // namespace

void check_start(const Subject& subject, Findings& findings) {
  if (!subject.enforced) return;
  const inspect::AbiMeaning* const meaning = subject.enforced->find(subject.against.target.architecture);
  if (meaning == nullptr) return;
  const Answers answers(*meaning);
  for (const Needed& needed : by_everybody)
    if (answers.refused(needed.call))
      findings.add("cannot-start", needed.severity, subject.resolved.header.at,
                   concat(needed.call, " is never allowed: ", needed.without), concat("allow ", needed.call));
  check_runtime(answers, subject, findings);
}

}  // namespace scrim::lint
