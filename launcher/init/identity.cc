// SPDX-License-Identifier: Apache-2.0
#include "launcher/init/identity.h"

#include <linux/capability.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "libprofile/error.h"
#include "libprofile/text.h"

namespace scrim::init {

using resolve::CapabilitySet;

namespace {

// capset(2) takes a set as two 32-bit halves.
using CapabilityData = std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3>;

CapabilityData read_capabilities() {
  CapabilityData data{};
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  if (syscall(SYS_capget, &header, data.data()) != 0) throw_errno("read capabilities");
  return data;
}

CapabilitySet joined(std::uint32_t low, std::uint32_t high) {
  return CapabilitySet((std::uint64_t{high} << 32) | low);
}

void write_capabilities(CapabilitySet effective, CapabilitySet permitted, CapabilitySet inheritable) {
  const auto low = [](CapabilitySet set) { return static_cast<std::uint32_t>(set.bits()); };
  const auto high = [](CapabilitySet set) { return static_cast<std::uint32_t>(set.bits() >> 32); };
  const CapabilityData data{{{low(effective), low(permitted), low(inheritable)},
                             {high(effective), high(permitted), high(inheritable)}}};
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  if (syscall(SYS_capset, &header, data.data()) != 0) throw_errno("set capabilities");
}

// Whether the permitted set survives a root that becomes somebody else.
void keep_capabilities(bool keep) {
  if (prctl(PR_SET_KEEPCAPS, keep ? 1 : 0, 0, 0, 0) == 0) return;
  if (!keep) throw_errno("stop keeping capabilities");
  throw SystemError(errno, "keep capabilities across the change of user",
                    "securebits forbid it; --no-new-privs does without");
}

void drop_bounding(CapabilitySet keep, unsigned last) {
  for (unsigned number = 0; number <= last; ++number) {
    if (keep.has(number) || prctl(PR_CAPBSET_READ, number, 0, 0, 0) != 1) continue;
    if (prctl(PR_CAPBSET_DROP, number, 0, 0, 0) != 0)
      throw_errno(concat("drop ", CapabilitySet::name_of(number), " from the bounding set"));
  }
}

// The highest number stands for "no change" (setresuid(2)): who asks for it would stay who we are, root.
void refuse_no_change(std::string_view what, std::uint32_t id) {
  constexpr std::uint32_t no_change = ~std::uint32_t{0};
  if (id == no_change) throw Error(concat("change to ", what, " ", id, ": the highest is ", no_change - 1));
}

void set_user(const bundle::User& user, bool set_groups) {
  refuse_no_change("user", user.uid);
  refuse_no_change("group", user.gid);
  if (set_groups && syscall(SYS_setgroups, user.additional_gids.size(), user.additional_gids.data()) != 0)
    throw_errno("set additional groups");
  if (syscall(SYS_setresgid, user.gid, user.gid, user.gid) != 0)
    throw_errno(concat("change to group ", user.gid));
  if (syscall(SYS_setresuid, user.uid, user.uid, user.uid) != 0)
    throw_errno(concat("change to user ", user.uid));
  if (user.umask) umask(*user.umask);
}

void set_capabilities(const bundle::Capabilities& wanted, CapabilitySet until_exec) {
  const CapabilityData before = read_capabilities();
  const CapabilitySet had = joined(before[0].permitted, before[1].permitted);
  // As runc does: what the caller does not have itself (rootless, nested) is left out, not an error.
  const CapabilitySet permitted(wanted.permitted.bits() & had.bits());
  const CapabilitySet effective(wanted.effective.bits() & permitted.bits());
  const CapabilitySet inheritable(wanted.inheritable.bits());
  const std::uint64_t kept = until_exec.bits() & had.bits();
  write_capabilities(CapabilitySet(effective.bits() | kept), CapabilitySet(permitted.bits() | kept),
                     inheritable);

  if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0)
    throw_errno("clear ambient capabilities");
  for (unsigned number = 0; number < 64; ++number) {
    // capabilities(7): ambient capabilities must be both permitted and inheritable.
    if (!wanted.ambient.has(number) || !permitted.has(number) || !inheritable.has(number)) continue;
    if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, number, 0, 0) != 0)
      throw_errno(concat("raise ambient ", CapabilitySet::name_of(number)));
  }
}

// As setresuid(2) leaves the sets, but with `until_exec`.
void change_user(const bundle::User& user, bool set_groups, CapabilitySet until_exec) {
  if (until_exec.bits() == 0 || user.uid == 0) return set_user(user, set_groups);
  const CapabilityData before = read_capabilities();
  keep_capabilities(true);
  set_user(user, set_groups);
  keep_capabilities(false);
  const std::uint64_t kept = until_exec.bits() & joined(before[0].permitted, before[1].permitted).bits();
  const CapabilityData after = read_capabilities();
  if ((kept & ~joined(after[0].effective, after[1].effective).bits()) == 0) return;
  // The effective set is empty: a root has become somebody else (capabilities(7), "Effect of user ID changes
  // on capabilities").
  write_capabilities(CapabilitySet(kept), CapabilitySet(kept),
                     joined(after[0].inheritable, after[1].inheritable));
}

}  // namespace

unsigned last_capability() {
  // Reading the bounding set beyond the last capability is EINVAL (capabilities(7)); two thirds of the
  // answers are saved by starting where every kernel that scrim runs on has come to (CAP_CHECKPOINT_RESTORE,
  // Linux 5.9).
  unsigned last = CAP_CHECKPOINT_RESTORE;
  while (last < 63 && prctl(PR_CAPBSET_READ, last + 1, 0, 0, 0) >= 0) ++last;
  return last;
}

bundle::Capabilities current_capabilities() {
  const CapabilityData data = read_capabilities();
  bundle::Capabilities now;
  now.effective = joined(data[0].effective, data[1].effective);
  now.permitted = joined(data[0].permitted, data[1].permitted);
  now.inheritable = joined(data[0].inheritable, data[1].inheritable);
  const unsigned last = last_capability();
  for (unsigned number = 0; number <= last; ++number) {
    if (prctl(PR_CAPBSET_READ, number, 0, 0, 0) == 1) now.bounding.add(number);
    if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, number, 0, 0) == 1) now.ambient.add(number);
  }
  return now;
}

void assume(const Identity& identity) {
  if (identity.until_exec.bits() != 0 && unshare(CLONE_FS) != 0)
    throw_errno("have a root and a working directory of our own");
  if (identity.capabilities) {
    drop_bounding(identity.capabilities->bounding, last_capability());
    // To be cut to what was asked for below.
    keep_capabilities(true);
    if (identity.user) set_user(*identity.user, identity.set_groups);
    set_capabilities(*identity.capabilities, identity.until_exec);
    keep_capabilities(false);
  } else if (identity.user) {
    change_user(*identity.user, identity.set_groups, identity.until_exec);
  }
}

void set_no_new_privs() {
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) throw_errno("set no_new_privs");
}

}  // namespace scrim::init
