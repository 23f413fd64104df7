// SPDX-License-Identifier: Apache-2.0
#include "launcher/runtime/enter.h"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/prctl.h>

#include <cerrno>
#include <csignal>

#include "launcher/init/channel.h"
#include "launcher/init/enforce.h"
#include "launcher/os/inherited.h"
#include "launcher/os/pidfd.h"
#include "launcher/os/socket.h"
#include "launcher/runtime/clone.h"
#include "launcher/runtime/dialogue.h"
#include "libprofile/error.h"
#include "libprofile/text.h"

namespace scrim::runtime {

namespace {

// 0 or errno.
int enter_unified(const os::Fd& directory) {
  const os::Fd processes(openat(directory.get(), "cgroup.procs", O_WRONLY | O_CLOEXEC));
  return processes && write(processes.get(), "0", 1) == 1 ? 0 : errno;
}

void enter_cgroups(const Way& way, bool in_unified) {
  if (way.entrance.unified && !in_unified) {
    int error = enter_unified(way.entrance.unified);
    // Of a cgroup that gives controllers to others only its leaves have processes (cgroups(7), "no internal
    // processes"): what manages services in a container moves itself into one.
    if (error == EBUSY && way.other_unified) error = enter_unified(way.other_unified);
    if (error != 0) throw SystemError(error, "enter the container's cgroup");
  }
  cgroup::enter(way.entrance);
}

// execCPUAffinity of runtime-spec, config.md "Linux Process".
void set_affinity(const std::optional<cpu_set_t>& processors, std::string_view name) {
  if (!processors || sched_setaffinity(0, sizeof *processors, &*processors) == 0) return;
  throw SystemError(errno, concat("set process.execCPUAffinity.", name),
                    "is one of these processors there, and in the container's cpuset?");
}

// `delete` kills the first process, and then everybody in the cgroups: whoever finds it alive after having
// come there will be found.
void expect_alive(const os::Fd& first_process) {
  pollfd ended{first_process.get(), POLLIN, 0};
  if (poll(&ended, 1, 0) != 0) throw Error("join the container: its first process has ended");
}

[[nodiscard]] Clone join_and_clone(const Way& way, const init::RuntimeChannel& report, bool in_unified) {
  if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) throw_errno("hide from other processes");
  report.die_with_runtime();
  set_affinity(way.affinity.initial, "initial");
  enter_cgroups(way, in_unified);
  set_affinity(way.affinity.final, "final");
  expect_alive(way.first_process);
  std::vector<int> kept = way.kept;
  kept.push_back(report.fd());
  kept.push_back(way.first_process.get());
  os::close_all_but(std::move(kept), way.preserve_fds);
  // All at once: the kernel asks for privileges over each with those that we have outside, whoever owns it.
  if (way.namespaces != 0 && setns(way.first_process.get(), static_cast<int>(way.namespaces)) != 0)
    throw_errno("join the container's namespaces");
  close(way.first_process.get());
  // New credentials take the signal away again (prctl(2)).
  report.die_with_runtime();
  // The exit signal is our parent's choice then: clone(2) wants none here.
  const Clone made = clone_process(CLONE_PARENT, 0, os::Fd(), nullptr);
  if (made.pid < 0) throw SystemError(made.errnum, "start a process in the container");
  return made;
}

}  // namespace

os::Child spawn_into(const Way& way, init::Handover& handover, const std::function<void()>& body) {
  auto [ours, theirs] = os::socket_pair();
  int pidfd = -1;
  // The initial affinity is for the time before it is in its cgroup.
  const os::Fd outside;
  const Clone between =
      clone_process(0, SIGCHLD, way.affinity.initial ? outside : way.entrance.unified, &pidfd);
  // Into a cgroup that was removed (kernel/cgroup/cgroup.c, cgroup_css_set_fork()).
  if (between.pid < 0 && (between.errnum == ENOENT || between.errnum == ENODEV))
    throw Error("cannot exec in a container that is being created or deleted: its cgroup is gone");
  if (between.pid < 0) throw SystemError(between.errnum, "start a process to enter the container");
  if (between.pid == 0) {
    ours.reset();
    const init::RuntimeChannel report(std::move(theirs));
    try {
      const Clone made = join_and_clone(way, report, between.in_cgroup);
      if (made.pid == 0) {
        close(report.fd());
        body();
      } else {
        (void)!write(report.fd(), &made.pid, sizeof made.pid);
      }
    } catch (const std::exception& error) {
      handover.fail({error.what()}, init::status_failed);
    }
    init::end_process(0);
  }
  os::Child helper(between.pid, os::Fd(pidfd));
  theirs.reset();
  pid_t pid = -1;
  ssize_t got = 0;
  do got = read(ours.get(), &pid, sizeof pid);
  while (got < 0 && errno == EINTR);
  (void)helper.wait();
  if (got != sizeof pid) {
    if (const auto failure = handover.failure()) throw StartError(*failure);
    throw Error("enter the container: the process for it was killed");
  }
  os::Child process(pid, os::pidfd_open(pid));
  if (!process.pidfd()) throw_errno("hold the new process");
  return process;
}

}  // namespace scrim::runtime
