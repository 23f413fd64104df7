// SPDX-License-Identifier: Apache-2.0
#include "libprofile/policy/newest.h"

#include <seccomp.h>

#include <algorithm>
#include <cerrno>

#include "libprofile/policy/abi.h"

namespace scrim::policy {

static bool wanted(const Decision& otherwise) {
  using document::Action;
  switch (otherwise.action) {
    case Action::allow:
    case Action::log:
    case Action::trace:
      return false;
    case Action::error:
      return otherwise.data != ENOSYS;
    default:
      return true;
  }
}

std::vector<Newest> newest_calls(const document::OciSeccomp& seccomp, const Decision& otherwise,
                                 std::span<const document::Architecture> architectures) {
  std::vector<Newest> newest;
  if (!wanted(otherwise)) return newest;
  for (const document::Architecture architecture : architectures) {
    const std::uint32_t token = libseccomp_token(architecture);
    // 0 is not counted, as in runc: a profile that names nothing else knows no calls at all.
    int highest = 0;
    for (const document::Rule& rule : seccomp.rules)
      for (const document::Name& name : rule.names)
        highest = std::max(highest, seccomp_syscall_resolve_name_arch(token, name.text.c_str()));
    if (highest > 0) newest.push_back({architecture, static_cast<std::uint32_t>(highest)});
  }
  return newest;
}

}  // namespace scrim::policy
