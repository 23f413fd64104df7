// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "libprofile/document/profile.h"
#include "libprofile/inspect/difference.h"
#include "libprofile/inspect/enforced.h"
#include "libprofile/resolve/target.h"

// Which profile it is that is enforced.
namespace scrim::inspect {

// Every built-in RuntimeDefault, resolved for a target. Those of several versions that do the same there are
// one, with the names of all. Each once as runc (and scrim) load it, and where that is something else as crun
// does, which does not answer ENOSYS to calls newer than the profile.
struct KnownProfile {
  std::vector<std::string> names;
  Enforced enforced;
};
[[nodiscard]] std::vector<KnownProfile> known_defaults(const resolve::Target& target);

// For people: "RuntimeDefault@docker-20.10.18 … 20.10.24 (6 versions), RuntimeDefault@cri-o-…", several of
// one engine together.
[[nodiscard]] std::string text_of(const std::vector<std::string>& names_of_defaults);

// To the byte.
[[nodiscard]] bool same_program(const filter::Program& a, const filter::Program& b);

// What something is closest to.
struct Match {
  std::vector<std::string> names;
  // In what it differs, from the known one to it; empty: it is that. Numbers without names alone may differ.
  std::vector<CallChange> differences;
  [[nodiscard]] bool equal() const { return differences.empty(); }
  [[nodiscard]] std::size_t named_differences() const;
};
// The closest of them: by the number of named calls that differ, then of other numbers; of equal ones the
// first. `known` is not empty.
[[nodiscard]] Match nearest(const Enforced& what, const std::vector<KnownProfile>& known);

}  // namespace scrim::inspect
