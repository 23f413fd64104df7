// SPDX-License-Identifier: Apache-2.0
#include "launcher/runtime/enforced.h"

#include <algorithm>
#include <cerrno>
#include <optional>
#include <tuple>
#include <vector>

#include "libprofile/error.h"
#include "libprofile/filter/verify.h"
#include "libprofile/kernel/read_back.h"
#include "libprofile/text.h"

namespace scrim::runtime {

namespace {

bool is_same(const filter::Program& one, const filter::Program& other) {
  return std::ranges::equal(one, other, [](const sock_filter& a, const sock_filter& b) {
    return std::tie(a.code, a.jt, a.jf, a.k) == std::tie(b.code, b.jt, b.jf, b.k);
  });
}

// `look` at a process; nothing if it has gone.
template <typename Look>
auto unless_gone(Look look) -> std::optional<decltype(look())> {
  try {
    return look();
  } catch (const SystemError& error) {
    if (error.code() == ESRCH || error.code() == ENOENT) return std::nullopt;
    throw;
  }
}

std::vector<kernel::LoadedFilter> filters_of(const kernel::ThreadStatus& thread) {
  if (thread.mode != kernel::SeccompMode::filter) return {};
  return kernel::filters_of(thread.tid);
}

}  // namespace

void check_confined(const std::vector<pid_t>& pids, const bundle::Spec& spec, bool has_filter) {
  const bool no_new_privs = spec.process && spec.process->no_new_privileges;
  for (const pid_t pid : pids) {
    const auto threads = unless_gone([&] { return kernel::threads_of(pid); });
    for (const kernel::ThreadStatus& thread : threads.value_or(std::vector<kernel::ThreadStatus>())) {
      if (has_filter && thread.mode != kernel::SeccompMode::filter)
        throw Error(concat("thread ", thread.tid, " (", thread.name,
                           ") would have no seccomp filter, but the bundle asks for one"));
      if (no_new_privs && !thread.no_new_privs)
        throw Error(
            concat("thread ", thread.tid, " (", thread.name,
                   ") would lack no_new_privs, which process.noNewPrivileges asks for (criu before 3.19 "
                   "does not restore it)"));
    }
  }
}

void check_enforced(const std::vector<pid_t>& pids, const PreparedProfile& profile,
                    const filter::Program& program) {
  for (const pid_t pid : pids) {
    const auto threads = unless_gone([&] { return kernel::threads_of(pid); });
    for (const kernel::ThreadStatus& thread : threads.value_or(std::vector<kernel::ThreadStatus>())) {
      const auto filters = unless_gone([&] { return filters_of(thread); });
      if (!filters) continue;
      const std::string subject = concat("thread ", thread.tid, " (", thread.name, ")");
      if (filters->empty())
        throw Error(concat(subject, " has no seccomp filter, but the container has the profile ",
                           profile.resolution.name));
      const filter::Program& loaded = filters->back().program;
      if (is_same(loaded, program)) continue;
      try {
        filter::prove(loaded, profile.tables);
      } catch (const Error& error) {
        throw Error(concat(subject, " has another seccomp filter than the container's profile ",
                           profile.resolution.name, ": ", error.what()));
      }
    }
  }
}

}  // namespace scrim::runtime
