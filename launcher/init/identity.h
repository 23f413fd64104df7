// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "launcher/bundle/spec.h"
#include "libprofile/resolve/capabilities.h"

// Who the new process is: user, groups, capabilities. All of it for the calling thread only: glibc's
// setuid(2) wrappers, which change every thread, are not used (nptl(7)).
namespace scrim::init {

// The highest capability that the running kernel knows (/proc/sys/kernel/cap_last_cap asked through prctl).
[[nodiscard]] unsigned last_capability();

// The calling thread's sets.
[[nodiscard]] bundle::Capabilities current_capabilities();

// Changes user and groups, and has exactly these capabilities afterwards (those that this thread does not
// have cannot be gained). `capabilities` empty: as setresuid(2) leaves them. `set_groups` false: setgroups(2)
// is denied in this user namespace (user_namespaces(7)), and the groups stay.
struct Identity {
  std::optional<bundle::User> user;  // nothing: stay who we are
  std::optional<bundle::Capabilities> capabilities;
  bool set_groups = true;
  // What this thread keeps, permitted and effective, for what is left to do before execve(2). The program
  // does not get it from here: execve computes both sets anew, from the inheritable, bounding and ambient
  // ones and the file's (capabilities(7), "Transformation of capabilities during execve()"). The permitted
  // set before it counts only where execve is not to give more than there was (the kernel's
  // security/commoncap.c, cap_bprm_creds_from_file()): with no_new_privs, when this must be empty; if
  // somebody shares the root and working directory, which assume() ends; and for a tracer, who can do with
  // this thread what he likes anyway.
  resolve::CapabilitySet until_exec;
};
void assume(const Identity& identity);

// prctl(PR_SET_NO_NEW_PRIVS): execve grants nothing any more, for good.
void set_no_new_privs();

}  // namespace scrim::init
