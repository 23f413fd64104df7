// SPDX-License-Identifier: Apache-2.0
#include "launcher/init/namespaces.h"

#include <fcntl.h>
#include <linux/nsfs.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "libprofile/error.h"
#include "libprofile/text.h"

namespace scrim::init {

using bundle::NamespaceType;

namespace {

struct Entry {
  NamespaceType type;
  std::uint64_t flag;
  const char* proc_name;
};
constexpr std::array entries{
    Entry{NamespaceType::user, CLONE_NEWUSER, "user"},
    Entry{NamespaceType::mount, CLONE_NEWNS, "mnt"},
    Entry{NamespaceType::pid, CLONE_NEWPID, "pid"},
    Entry{NamespaceType::network, CLONE_NEWNET, "net"},
    Entry{NamespaceType::ipc, CLONE_NEWIPC, "ipc"},
    Entry{NamespaceType::uts, CLONE_NEWUTS, "uts"},
    Entry{NamespaceType::cgroup, CLONE_NEWCGROUP, "cgroup"},
    Entry{NamespaceType::time, 0x00000080 /* CLONE_NEWTIME, Linux 5.6 */, "time"},
};

const Entry& entry_of(NamespaceType type) {
  return *std::find_if(entries.begin(), entries.end(),
                       [&](const Entry& entry) { return entry.type == type; });
}

}  // namespace

std::uint64_t clone_flag(NamespaceType type) {
  return entry_of(type).flag;
}
const char* proc_name(NamespaceType type) {
  return entry_of(type).proc_name;
}

const JoinedNamespace* NamespacePlan::joins(NamespaceType type) const {
  const auto found = std::find_if(joined.begin(), joined.end(),
                                  [&](const JoinedNamespace& entry) { return entry.type == type; });
  return found == joined.end() ? nullptr : &*found;
}

bool NamespacePlan::has_user_namespace() const {
  return creates(NamespaceType::user) || joins(NamespaceType::user) != nullptr;
}

NamespacePlan plan_namespaces(const bundle::Spec& spec) {
  NamespacePlan plan;
  // What its root is depends on the cgroup that the process is in by then (cgroup_namespaces(7)), and offsets
  // are set before anybody is in a time namespace (time_namespaces(7)).
  plan.by_itself = clone_flag(NamespaceType::cgroup);
  if (!spec.time_offsets.empty()) plan.by_itself |= clone_flag(NamespaceType::time);
  for (const bundle::Namespace& wanted : spec.namespaces) {
    if (wanted.path.empty()) {
      plan.created |= clone_flag(wanted.type);
      continue;
    }
    JoinedNamespace joined{wanted.type, os::open(wanted.path, O_RDONLY | O_NONBLOCK | O_NOCTTY), wanted.path};
    const int type = ioctl(joined.fd.get(), NS_GET_NSTYPE);
    if (type < 0 || static_cast<std::uint64_t>(type) != clone_flag(wanted.type))
      throw Error(concat("join ", wanted.path, ": not a ", proc_name(wanted.type), " namespace"));
    plan.joined.push_back(std::move(joined));
  }
  return plan;
}

void join(const JoinedNamespace& joined) {
  if (setns(joined.fd.get(), static_cast<int>(clone_flag(joined.type))) != 0)
    throw_errno(concat("join the ", proc_name(joined.type), " namespace ", joined.path));
}

std::uint64_t namespaces_apart(pid_t pid) {
  std::uint64_t apart = 0;
  for (const Entry& entry : entries) {
    const std::string path = concat("/proc/", pid, "/ns/", entry.proc_name);
    struct stat theirs {};
    struct stat ours {};
    if (stat(concat("/proc/self/ns/", entry.proc_name).c_str(), &ours) != 0) continue;  // older than its kind
    if (stat(path.c_str(), &theirs) != 0) throw_errno(concat("look at namespace ", path));
    if (theirs.st_ino != ours.st_ino || theirs.st_dev != ours.st_dev) apart |= entry.flag;
  }
  return apart;
}

void become_root_of_user_namespace(bool set_groups) {
  if (set_groups && syscall(SYS_setgroups, 0, nullptr) != 0) throw_errno("drop groups in the user namespace");
  if (syscall(SYS_setresgid, 0, 0, 0) != 0 || syscall(SYS_setresuid, 0, 0, 0) != 0)
    throw_errno("become root of the user namespace");
}

void bring_up_loopback() {
  const os::Fd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ifreq request{};
  std::strcpy(request.ifr_name, "lo");  // NOLINT(clang-analyzer-security.insecureAPI.strcpy): 3 bytes into 16
  request.ifr_flags = IFF_UP | IFF_RUNNING;
  if (!socket || ioctl(socket.get(), SIOCSIFFLAGS, &request) != 0)
    throw_errno("bring up the loopback interface");
}

}  // namespace scrim::init
