// SPDX-License-Identifier: Apache-2.0
#include "launcher/runtime/spawn.h"

#include <fcntl.h>
#include <linux/sched.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <optional>

#include "launcher/init/enforce.h"
#include "launcher/os/pidfd.h"
#include "launcher/os/socket.h"
#include "launcher/runtime/clone.h"
#include "libprofile/error.h"
#include "libprofile/text.h"

namespace scrim::runtime {

using bundle::IdMapping;
using bundle::NamespaceType;

namespace {

std::uint64_t flags_at_clone(const init::NamespacePlan& namespaces) {
  return namespaces.created & ~namespaces.by_itself;
}

[[noreturn]] void fail(int errnum) {
  const char* hint = errnum == EPERM    ? "needs root, or a user namespace in linux.namespaces"
                     : errnum == ENOSPC ? "see /proc/sys/user/max_*_namespaces"
                                        : "clone3";
  throw SystemError(errnum, "create the container's namespaces", hint);
}

Spawned spawn_directly(const init::NamespacePlan& namespaces, const os::Fd& cgroup,
                       const std::function<void()>& body) {
  // setns(2): joining a pid namespace changes where our children are, not where we are; it is taken back at
  // once.
  const init::JoinedNamespace* pid_namespace = namespaces.joins(NamespaceType::pid);
  std::optional<os::Fd> own;
  if (pid_namespace != nullptr) {
    own = os::open("/proc/self/ns/pid", O_RDONLY);
    join(*pid_namespace);
  }
  int pidfd = -1;
  const Clone made = clone_process(flags_at_clone(namespaces), SIGCHLD, cgroup, &pidfd);
  if (made.pid == 0) {
    body();
    init::end_process(init::status_failed);
  }
  if (own && setns(own->get(), CLONE_NEWPID) != 0) throw_errno("return to our own pid namespace");
  if (made.pid < 0) fail(made.errnum);
  return {os::Child(made.pid, os::Fd(pidfd)), made.in_cgroup};
}

// The namespaces to create belong to the user namespace to join, so somebody has to be in there first: a
// process in between, which hands its child over to us (CLONE_PARENT).
Spawned spawn_through_user_namespace(const init::NamespacePlan& namespaces, const os::Fd& cgroup,
                                     const std::function<void()>& body) {
  auto [ours, theirs] = os::socket_pair();
  int pidfd = -1;
  const Clone between = clone_process(0, SIGCHLD, os::Fd(), &pidfd);
  if (between.pid < 0) throw SystemError(between.errnum, "start a process to join the user namespace");
  if (between.pid == 0) {
    Clone made;
    try {
      join(*namespaces.joins(NamespaceType::user));
      if (const init::JoinedNamespace* pid_namespace = namespaces.joins(NamespaceType::pid))
        join(*pid_namespace);
      // The exit signal is our parent's choice then: clone(2) wants none here.
      made = clone_process(flags_at_clone(namespaces) | CLONE_PARENT, 0, cgroup, nullptr);
      if (made.pid == 0) body();
    } catch (const SystemError& error) {
      made.errnum = error.code();
    }
    (void)!write(theirs.get(), &made, sizeof made);
    init::end_process(0);
  }
  os::Child helper(between.pid, os::Fd(pidfd));
  theirs.reset();
  Clone made;
  if (read(ours.get(), &made, sizeof made) != sizeof made)
    throw Error("join the user namespace: the process for it died");
  (void)helper.wait();
  if (made.pid < 0) fail(made.errnum);
  Spawned spawned{os::Child(made.pid, os::pidfd_open(made.pid)), made.in_cgroup};
  if (!spawned.process.pidfd()) throw_errno("hold the container's process");
  return spawned;
}

std::string map_text(const std::vector<IdMapping>& mappings) {
  std::string text;
  for (const IdMapping& mapping : mappings)
    text += concat(mapping.container_id, " ", mapping.host_id, " ", mapping.size, "\n");
  return text;
}

bool is_own_id(const std::vector<IdMapping>& mappings, unsigned own) {
  return mappings.size() == 1 && mappings.front().size == 1 && mappings.front().host_id == own;
}

void write_map(pid_t pid, const std::string& file, const std::string& text) {
  const std::string path = concat("/proc/", pid, "/", file);
  const os::Fd fd = os::open(path, O_WRONLY);
  // One write(2): the kernel takes a map in one piece.
  if (write(fd.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()))
    throw_errno(concat("write ", path));
}

void map_through(const std::string& program, pid_t pid, const std::vector<IdMapping>& mappings) {
  std::vector<std::string> args{program, std::to_string(pid)};
  for (const IdMapping& mapping : mappings)
    for (const std::uint32_t number : {mapping.container_id, mapping.host_id, mapping.size})
      args.push_back(std::to_string(number));
  const std::string path = concat("/usr/bin/", program);
  os::Child child = os::Child::spawn(path, args, {}, {0, 1, 2}, concat("run ", path, " (package uidmap)"));
  const os::ExitStatus status = child.wait();
  if (status.code != 0 || status.signal != 0)
    throw Error(concat("map ids with ", path, ": it failed (are the ids yours? see subuid(5))"));
}

}  // namespace

Spawned spawn(const init::NamespacePlan& namespaces, const os::Fd& cgroup,
              const std::function<void()>& body) {
  return namespaces.joins(NamespaceType::user) != nullptr
             ? spawn_through_user_namespace(namespaces, cgroup, body)
             : spawn_directly(namespaces, cgroup, body);
}

bool mapping_allows_setgroups(const std::vector<IdMapping>& gids) {
  return geteuid() == 0 || !is_own_id(gids, getegid());
}

void map_ids(pid_t pid, const std::vector<IdMapping>& uids, const std::vector<IdMapping>& gids) {
  const bool root = geteuid() == 0;
  if (root || is_own_id(uids, geteuid()))
    write_map(pid, "uid_map", map_text(uids));
  else
    map_through("newuidmap", pid, uids);
  if (!mapping_allows_setgroups(gids)) write_map(pid, "setgroups", "deny");
  if (root || is_own_id(gids, getegid()))
    write_map(pid, "gid_map", map_text(gids));
  else
    map_through("newgidmap", pid, gids);
}

}  // namespace scrim::runtime
