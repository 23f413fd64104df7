// SPDX-License-Identifier: Apache-2.0
#include "libprofile/inspect/known.h"

#include <algorithm>
#include <cstring>

#include "libprofile/defaults/defaults.h"
#include "libprofile/filter/own.h"
#include "libprofile/policy/policy.h"
#include "libprofile/policy/table.h"
#include "libprofile/resolve/template.h"
#include "libprofile/text.h"

namespace scrim::inspect {

using defaults::Engine;

namespace {

policy::Policy policy_of(const document::OciSeccomp& seccomp, document::Architecture native,
                         document::Warnings& warnings) {
  return make_policy(seccomp, policy::UnknownSyscalls::warn, warnings, native);
}

void add(std::vector<KnownProfile>& all, const std::string& name, const policy::Policy& policy,
         document::Architecture native) {
  filter::Program program = filter::compile(make_table(policy));
  const auto found = std::ranges::find_if(
      all, [&](const KnownProfile& each) { return same_program(each.enforced.programs.front(), program); });
  if (found != all.end())
    found->names.push_back(name);
  else
    all.push_back({{name}, enforced(name, {std::move(program)}, native)});
}

}  // namespace

bool same_program(const filter::Program& a, const filter::Program& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(sock_filter)) == 0;
}

std::vector<KnownProfile> known_defaults(const resolve::Target& target) {
  std::vector<KnownProfile> all;
  document::Warnings ignored;  // the data is right
  for (const Engine engine : {Engine::containerd, Engine::docker, Engine::podman, Engine::cri_o})
    for (const std::string& version : defaults::versions(engine)) {
      const document::Profile profile = defaults::default_profile(engine, version);
      policy::Policy policy = policy_of(evaluate_template(profile, target), target.architecture, ignored);
      add(all, profile.file, policy, target.architecture);
      if (policy.newest.empty()) continue;
      // crun gives newer calls the default answer.
      policy.newest.clear();
      add(all, concat(profile.file, " as crun loads it"), policy, target.architecture);
    }
  return all;
}

std::size_t Match::named_differences() const {
  return static_cast<std::size_t>(std::ranges::count_if(differences, &CallChange::named));
}

std::vector<Match> matches(const Enforced& what, const std::vector<KnownProfile>& known) {
  std::vector<Match> all;
  all.reserve(known.size());
  for (const KnownProfile& each : known) all.push_back({each.names, differences(each.enforced, what)});
  std::ranges::stable_sort(all, [](const Match& a, const Match& b) {
    return std::pair(a.named_differences(), a.differences.size()) <
           std::pair(b.named_differences(), b.differences.size());
  });
  return all;
}

}  // namespace scrim::inspect
