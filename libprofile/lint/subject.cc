// SPDX-License-Identifier: Apache-2.0
#include "libprofile/lint/subject.h"

#include <algorithm>

#include "libprofile/error.h"
#include "libprofile/filter/own.h"
#include "libprofile/policy/policy.h"
#include "libprofile/policy/table.h"
#include "libprofile/resolve/template.h"

namespace scrim::lint {

using document::Profile;
using document::TemplateRule;

namespace {

bool has(const std::vector<document::Name>& fields, std::string_view field) {
  return std::ranges::find(fields, field, &document::Name::text) != fields.end();
}

// What each engine drops. A rule's "name" goes with its only name, so that the rule is about nothing; an
// errno by name leaves the number that runtimes take if nothing is said.
Profile as_read_by(ReadAs reader, Profile profile) {
  const bool drops_errno_names = reader == ReadAs::oci || reader == ReadAs::docker;
  if (drops_errno_names && has(profile.template_fields, "defaultErrno"))
    profile.header.default_errno_ret.reset();
  if (reader == ReadAs::oci) profile.arch_map.clear();
  for (TemplateRule& each : profile.rules) {
    if (drops_errno_names && has(each.template_fields, "errno")) each.rule.errno_ret.reset();
    if (reader == ReadAs::containers) {
      each.includes.min_kernel.reset();
      each.excludes.min_kernel.reset();
    }
    if (reader == ReadAs::oci) {
      each.includes = {};
      each.excludes = {};
    }
  }
  if (reader == ReadAs::oci)
    std::erase_if(profile.rules, [](const TemplateRule& each) { return has(each.template_fields, "name"); });
  return profile;
}

}  // namespace

Subject subject_of(const Profile& profile, const Against& against) {
  Subject subject{as_read_by(against.read_as, profile), against, {}, {}, {}, {}};
  try {
    subject.resolved = evaluate_template(subject.profile, against.target);
    document::Warnings said_by_the_checks;
    subject.policy = make_policy(subject.resolved, policy::UnknownSyscalls::warn, said_by_the_checks,
                                 against.target.architecture);
    // crun has no answer of its own for calls newer than the profile.
    if (against.runtime == Runtime::crun) subject.policy->newest.clear();
    subject.enforced = inspect::enforced(profile.file, {filter::compile(make_table(*subject.policy))},
                                         against.target.architecture);
  } catch (const Error& error) {
    subject.why_not_enforced = error.what();
  }
  return subject;
}

}  // namespace scrim::lint
