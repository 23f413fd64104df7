// SPDX-License-Identifier: Apache-2.0
#include <linux/audit.h>

#include <algorithm>
#include <optional>

#include "libprofile/inspect/calls.h"
#include "libprofile/lint/subject.h"
#include "libprofile/policy/abi.h"
#include "libprofile/text.h"

namespace scrim::lint {

using document::Architecture;

namespace {

bool lists(const std::vector<Architecture>& architectures, Architecture architecture) {
  return std::ranges::find(architectures, architecture) != architectures.end();
}

bool little_endian(Architecture architecture) {
  return (policy::audit_arch(architecture) & __AUDIT_ARCH_LE) != 0;
}

// The 32-bit architecture whose programs run on a machine of this one, if engines bring it along.
struct Companion {
  Architecture architecture;
  std::string_view programs;
};
std::optional<Companion> companion_of(Architecture native) {
  if (native == Architecture::x86_64) return Companion{Architecture::x86, "32-bit (i386) programs"};
  if (native == Architecture::aarch64) return Companion{Architecture::arm, "32-bit (arm) programs"};
  if (native == Architecture::s390x) return Companion{Architecture::s390, "31-bit programs"};
  return std::nullopt;
}

}  // namespace

void check_architectures(const Subject& subject, Findings& findings) {
  const Architecture native = subject.against.target.architecture;
  const std::vector<Architecture>& listed = subject.resolved.header.architectures;
  const document::Position at = subject.resolved.header.architectures_at;
  const std::string here = inspect::short_name(native);
  if (!subject.profile.arch_map.empty() && listed.empty())
    findings.add("wrong-architecture", Severity::warning, at,
                 concat("\"archMap\" has no entry for ", here,
                        ": its calls alone are filtered, those of companions killed"),
                 concat("add an entry for ", name_of(native)));
  if (!listed.empty() && !lists(listed, native)) {
    std::vector<std::string> names;
    names.reserve(listed.size());
    for (const Architecture each : listed) names.push_back(inspect::short_name(each));
    findings.add("wrong-architecture", Severity::warning, at,
                 concat("the profile is for ", join(names), ", not for ", here,
                        ": runtimes add this machine's architecture by themselves, but whoever wrote the "
                        "rules had other calls in mind"),
                 concat("add ", name_of(native), " to \"architectures\" once the rules suit it"));
  }
  std::vector<std::string> other_order;
  for (const Architecture each : listed)
    if (little_endian(each) != little_endian(native)) other_order.emplace_back(name_of(each));
  if (!other_order.empty())
    findings.add("wrong-architecture", Severity::error, at,
                 concat(join(other_order), " cannot stand in one filter with ", name_of(native),
                        ", whose byte order is another: runc and crun refuse the profile"),
                 "leave it out");
  const std::optional<Companion> companion = companion_of(native);
  if (companion && !lists(listed, companion->architecture))
    findings.add("missing-companion", Severity::note, at,
                 concat(name_of(companion->architecture), " is not among the architectures: ",
                        companion->programs, " are killed at their first system call"));
  if (native == Architecture::x86_64 && lists(listed, Architecture::x32))
    findings.add("x32-open", Severity::note, at,
                 "x32 calls are let into the rules: hardly any program makes them, and each is another "
                 "way into the kernel",
                 "leave SCMP_ARCH_X32 out, and they are killed");
}

}  // namespace scrim::lint
