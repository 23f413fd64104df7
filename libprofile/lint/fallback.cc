// SPDX-License-Identifier: Apache-2.0
#include <linux/seccomp.h>

#include <cerrno>

#include "libprofile/inspect/calls.h"
#include "libprofile/lint/subject.h"
#include "libprofile/text.h"

namespace scrim::lint {

namespace {

// Calls for which C libraries have another way, but take it only if the kernel says that there is no such
// call: https://sourceware.org/git/glibc.git, sysdeps/unix/sysv/linux/clone-internal.c and faccessat.c.
struct Newer {
  std::string_view call;
  std::string_view older;
  std::string_view loses;
};
constexpr Newer newer_calls[] = {
    {"clone3", "clone", "threads and processes cannot be started (glibc 2.34 and later)"},
    {"faccessat2", "faccessat", "test -r and the like fail (glibc 2.33 and later, musl)"},
};

}  // namespace

void check_fallback(const Subject& subject, Findings& findings) {
  if (!subject.enforced) return;
  const inspect::AbiMeaning* const meaning = subject.enforced->find(subject.against.target.architecture);
  if (meaning == nullptr) return;
  for (const Newer& each : newer_calls) {
    const inspect::NamedCall* const newer = meaning->abi.named(each.call);
    const inspect::NamedCall* const older = meaning->abi.named(each.older);
    if (newer == nullptr || older == nullptr) continue;
    const auto answer = meaning->decoded.at(newer->number).constant();
    const inspect::Fate fate = inspect::fate_of(meaning->decoded.at(older->number));
    if (!answer || (*answer & SECCOMP_RET_ACTION_FULL) != SECCOMP_RET_ERRNO ||
        (*answer & SECCOMP_RET_DATA) == ENOSYS)
      continue;
    if (fate != inspect::Fate::allowed && fate != inspect::Fate::depends) continue;
    findings.add("no-fallback", Severity::warning, subject.resolved.header.at,
                 concat(each.call, " is denied with an errno other than ENOSYS, for which alone ", each.older,
                        ", which is allowed, takes its place: ", each.loses),
                 concat("answer ", each.call, " with ENOSYS (errnoRet 38), or allow it"));
  }
}

}  // namespace scrim::lint
