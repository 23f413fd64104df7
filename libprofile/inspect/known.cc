// SPDX-License-Identifier: Apache-2.0
#include "libprofile/inspect/known.h"

#include <algorithm>
#include <cstring>

#include "libprofile/defaults/defaults.h"
#include "libprofile/filter/own.h"
#include "libprofile/policy/policy.h"
#include "libprofile/policy/table.h"
#include "libprofile/resolve/template.h"

namespace scrim::inspect {

using defaults::Engine;

namespace {

filter::Program compiled(const document::OciSeccomp& seccomp, document::Architecture native,
                         document::Warnings& warnings) {
  return filter::compile(make_table(make_policy(seccomp, policy::UnknownSyscalls::warn, warnings, native)));
}

bool same(const filter::Program& a, const filter::Program& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(sock_filter)) == 0;
}

}  // namespace

Enforced meaning_of(const document::OciSeccomp& seccomp, document::Architecture native,
                    document::Warnings& warnings) {
  return enforced(seccomp.file, {compiled(seccomp, native, warnings)}, native);
}

std::vector<KnownProfile> known_defaults(const resolve::Target& target) {
  std::vector<KnownProfile> all;
  document::Warnings ignored;  // the data is right
  for (const Engine engine : {Engine::containerd, Engine::docker, Engine::podman, Engine::cri_o})
    for (const std::string& version : defaults::versions(engine)) {
      const document::Profile profile = defaults::default_profile(engine, version);
      filter::Program program = compiled(evaluate_template(profile, target), target.architecture, ignored);
      const auto found = std::ranges::find_if(
          all, [&](const KnownProfile& each) { return same(each.enforced.programs.front(), program); });
      if (found != all.end())
        found->names.push_back(profile.file);
      else
        all.push_back({{profile.file}, enforced(profile.file, {std::move(program)}, target.architecture)});
    }
  return all;
}

std::size_t Match::named_differences() const {
  return static_cast<std::size_t>(std::ranges::count_if(differences, &CallChange::named));
}

std::vector<Match> matches(const Enforced& what, const std::vector<KnownProfile>& known) {
  std::vector<Match> all;
  for (const KnownProfile& each : known) all.push_back({each.names, differences(each.enforced, what)});
  std::ranges::stable_sort(all, [](const Match& a, const Match& b) {
    return std::pair(a.named_differences(), a.differences.size()) <
           std::pair(b.named_differences(), b.differences.size());
  });
  return all;
}

}  // namespace scrim::inspect
