// SPDX-License-Identifier: Apache-2.0
#include <linux/audit.h>

#include <algorithm>
#include <charconv>

#include "libprofile/error.h"
#include "libprofile/filter/libseccomp_proof.h"
#include "libprofile/lint/subject.h"
#include "libprofile/policy/abi.h"
#include "libprofile/policy/table.h"
#include "libprofile/text.h"

namespace scrim::lint {

namespace {

// "web.json:12:5: what" in two.
std::pair<document::Position, std::string_view> split_place(std::string_view message, std::string_view file) {
  const std::string_view whole = message;
  document::Position at;
  if (!message.starts_with(file)) return {at, whole};
  message.remove_prefix(file.size());
  for (std::uint32_t* const number : {&at.line, &at.column}) {
    if (!message.starts_with(':')) break;
    const auto [end, error] = std::from_chars(message.data() + 1, message.data() + message.size(), *number);
    if (error != std::errc()) break;
    message.remove_prefix(static_cast<std::size_t>(end - message.data()));
  }
  if (!message.starts_with(": ")) return {{}, whole};
  return {at, message.substr(2)};
}

}  // namespace

void check_libseccomp(const Subject& subject, Findings& findings) {
  if (subject.against.runtime == Runtime::scrim || !subject.policy || !subject.enforced) return;
  // libseccomp compiles for this machine's byte order alone.
  const auto little = [](document::Architecture each) {
    return (policy::audit_arch(each) & __AUDIT_ARCH_LE) != 0;
  };
  const bool ours = little(policy::native_architecture());
  if (std::ranges::any_of(subject.policy->architectures, [&](auto each) { return little(each) != ours; }))
    return;
  constexpr std::chrono::seconds limit{2};
  try {
    filter::prove_libseccomp(*subject.policy, limit);
  } catch (const Error& error) {
    const auto [at, what] = split_place(error.what(), subject.profile.file);
    findings.add("libseccomp-wrong", Severity::error, at, std::string(what));
  }
}

}  // namespace scrim::lint
