// SPDX-License-Identifier: Apache-2.0
#include "launcher/runtime/privileges.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <string_view>

#include "launcher/os/fd.h"
#include "libprofile/error.h"
#include "libprofile/kernel/read_back.h"
#include "libprofile/text.h"

namespace scrim::runtime {

namespace {

using resolve::CapabilitySet;

// The numbers in a line of /proc/PID/status (proc_pid_status(5)).
std::vector<std::uint64_t> numbers(std::string_view status, std::string_view name, int base) {
  std::vector<std::uint64_t> found;
  for (std::string_view line : split(status, '\n')) {
    if (!line.starts_with(name) || !line.substr(name.size()).starts_with(":")) continue;
    const char* at = line.data() + name.size() + 1;
    const char* const end = line.data() + line.size();
    while (at < end) {
      std::uint64_t number = 0;
      const auto [after, error] = std::from_chars(at, end, number, base);
      if (error == std::errc()) found.push_back(number);
      at = after == at ? at + 1 : after;
    }
  }
  return found;
}

std::string names_of(std::uint64_t capabilities) {
  std::string names;
  for (unsigned number = 0; number < 64; ++number)
    if (CapabilitySet(capabilities).has(number))
      names += concat(names.empty() ? "" : ", ", CapabilitySet::name_of(number));
  return names;
}

void check_capabilities(std::string_view status, const std::string& subject,
                        const bundle::Capabilities& given) {
  // What a program has got by execve(2) it has out of the bounding or the inheritable set (capabilities(7)).
  const std::uint64_t any = given.bounding.bits() | given.permitted.bits() | given.inheritable.bits();
  struct Set {
    const char* name;
    std::uint64_t most;
  };
  for (const Set& set : {Set{"CapBnd", given.bounding.bits()}, Set{"CapPrm", any}, Set{"CapEff", any},
                         Set{"CapInh", any}, Set{"CapAmb", any}}) {
    const std::vector<std::uint64_t> has = numbers(status, set.name, 16);
    if (has.size() != 1) throw Error(concat(subject, ": its ", set.name, " cannot be read"));
    if ((has.front() & ~set.most) != 0)
      throw Error(concat(subject, " would have in ", set.name,
                         " what process.capabilities does not give: ", names_of(has.front() & ~set.most)));
  }
}

// Without the capability for it nobody gets another real id than the one that he started with, except by a
// set-user-ID program; an effective one he may get by that.
void check_identity(std::string_view status, const std::string& subject, const bundle::Process& process) {
  const bundle::Capabilities given = process.capabilities.value_or(bundle::Capabilities{});
  const bundle::User& user = process.user;
  const std::vector<std::uint64_t> uids = numbers(status, "Uid", 10);
  const std::vector<std::uint64_t> gids = numbers(status, "Gid", 10);
  if (uids.empty() || gids.empty()) throw Error(concat(subject, ": its user cannot be read"));
  if (user.uid != 0 && !given.permitted.has("CAP_SETUID") && uids.front() != user.uid)
    throw Error(
        concat(subject, " would be of user ", uids.front(), ", not ", user.uid, " as process.user wants it"));
  if (given.permitted.has("CAP_SETGID")) return;
  if (user.gid != 0 && gids.front() != user.gid)
    throw Error(concat(subject, " would be of group ", gids.front(), ", not ", user.gid,
                       " as process.user wants it"));
  for (const std::uint64_t group : numbers(status, "Groups", 10))
    if (group != user.gid && std::ranges::find(user.additional_gids, group) == user.additional_gids.end())
      throw Error(concat(subject, " would be in group ", group, ", which process.user does not have"));
}

// The label of the module that is asked for; "" without it.
std::string label_of(pid_t pid, bool apparmor) {
  const std::string directory = concat("/proc/", pid, "/attr/");
  std::string path = directory + "current";
  // Linux 5.8 gave AppArmor a directory of its own.
  if (apparmor && access((directory + "apparmor/current").c_str(), F_OK) == 0)
    path = directory + "apparmor/current";
  std::string label = os::read_kernel_file(path);
  label.resize(std::min({label.size(), label.find('\n'), label.find('\0')}));
  // "NAME (enforce)"
  if (apparmor) label.resize(std::min(label.size(), label.rfind(" (")));
  return label;
}

void check_label(pid_t pid, const bundle::Process& process, const std::string& label) {
  const bool apparmor = label.empty() ? !process.apparmor_profile.empty() : label.starts_with("apparmor:");
  std::string wanted = apparmor ? process.apparmor_profile : process.selinux_label;
  if (!label.empty()) wanted = label.substr(std::min(label.size(), label.find(':') + 1));
  if (wanted.empty()) return;
  // As at creation: a label of SELinux means nothing without it.
  if (!apparmor && access("/sys/fs/selinux/enforce", F_OK) != 0) return;
  if (const std::string has = label_of(pid, apparmor); has != wanted)
    throw Error(concat("process ", pid, " would have the ", apparmor ? "AppArmor profile " : "SELinux label ",
                       has, ", not ", wanted));
}

}  // namespace

void check_privileges(const std::vector<pid_t>& pids, pid_t first, const bundle::Process& process,
                      const std::string& label) {
  const bundle::Capabilities given = process.capabilities.value_or(bundle::Capabilities{});
  for (const pid_t pid : pids) {
    try {
      for (const kernel::ThreadStatus& thread : kernel::threads_of(pid)) {
        const std::string status =
            os::read_kernel_file(concat("/proc/", pid, "/task/", thread.tid, "/status"));
        const std::string subject = concat("thread ", thread.tid, " (", thread.name, ")");
        check_capabilities(status, subject, given);
        if (pid == first) check_identity(status, subject, process);
      }
    } catch (const SystemError& error) {
      if (error.code() != ESRCH && error.code() != ENOENT) throw;
    }
  }
  check_label(first, process, label);
}

}  // namespace scrim::runtime
