// SPDX-License-Identifier: Apache-2.0
#include "libprofile/inspect/known.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <utility>

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

// How many named calls two answer differently whatever the arguments: no more than differ.
std::size_t certainly_differing(const Enforced& a, const Enforced& b) {
  std::size_t all = 0;
  for (const AbiMeaning& meaning : a.abis) {
    const AbiMeaning* const other = b.find(meaning.abi.architecture);
    if (other == nullptr) continue;
    for (const NamedCall& call : meaning.abi.calls) {
      const auto x = meaning.decoded.at(call.number).constant();
      const auto y = other->decoded.at(call.number).constant();
      if (x && y && *x != *y) ++all;
    }
  }
  return all;
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

Match nearest(const Enforced& what, const std::vector<KnownProfile>& known) {
  // The exact differences are dear, and only needed of those that can be the closest.
  std::vector<std::pair<std::size_t, const KnownProfile*>> candidates;
  for (const KnownProfile& each : known)
    candidates.emplace_back(certainly_differing(each.enforced, what), &each);
  std::ranges::stable_sort(candidates, {}, &std::pair<std::size_t, const KnownProfile*>::first);
  std::optional<Match> best;
  for (const auto& [at_least, candidate] : candidates) {
    if (best && (at_least > best->named_differences() || best->equal())) break;
    Match match{candidate->names, differences(candidate->enforced, what)};
    const auto rank = [](const Match& each) {
      return std::pair(each.named_differences(), each.differences.size());
    };
    if (!best || rank(match) < rank(*best)) best = std::move(match);
  }
  return std::move(*best);
}

}  // namespace scrim::inspect
