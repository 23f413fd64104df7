// SPDX-License-Identifier: Apache-2.0
#include "libprofile/merge/prove.h"

#include "libprofile/error.h"
#include "libprofile/filter/own.h"
#include "libprofile/filter/verify.h"
#include "libprofile/policy/policy.h"
#include "libprofile/policy/table.h"
#include "libprofile/text.h"

namespace scrim::merge {

using document::Architecture;
using document::OciSeccomp;

namespace {

policy::Table table_of(const OciSeccomp& profile, Architecture native) {
  document::Warnings said_before;
  policy::Policy policy = make_policy(profile, policy::UnknownSyscalls::warn, said_before, native);
  policy.newest.clear();  // the runtime's, not the profile's
  return make_table(policy);
}

}  // namespace

void prove(const OciSeccomp& merged, const std::vector<OciSeccomp>& profiles, Mode mode,
           Architecture native) {
  std::vector<policy::Table> tables;
  tables.reserve(profiles.size());
  for (const OciSeccomp& each : profiles) tables.push_back(table_of(each, native));
  const filter::Program program = filter::compile(table_of(merged, native));
  const filter::Verification verification = filter::verify(
      program, tables, filter::most_calls,
      mode == Mode::all ? filter::Precedence::most_restrictive : filter::Precedence::least_restrictive);
  if (verification.difference)
    throw Error(concat("no profile does exactly that. Of the nearest one: ",
                       verification.difference->text({merged.file, {}, {}}),
                       " (the policy is what the profiles do together). Rules count on all architectures of "
                       "a profile alike: give the "
                       "profiles the same \"architectures\""));
  if (!verification.complete)
    throw Error(concat("it could not be proved that the merged profile does what the profiles do together: ",
                       verification.calls,
                       " calls were compared without a difference, and its rules tell apart more"));
}

}  // namespace scrim::merge
