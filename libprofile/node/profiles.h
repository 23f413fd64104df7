// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "libprofile/lint/lint.h"

// The profiles that pods can name.
namespace scrim::node {

struct ProfileFacts {
  std::string path;  // below the root, as localhostProfile names it
  std::vector<lint::Finding> findings;
};
struct ProfilesFacts {
  std::string root;
  bool found = false;  // there is such a directory
  std::vector<ProfileFacts> profiles;
  std::vector<std::string> problems;  // what was left out, and why
};

// Regular files called *.json below `root`, by name; links are not followed. At most 1,000 of them.
[[nodiscard]] ProfilesFacts profiles_below(const std::string& root, const lint::Against& against);

}  // namespace scrim::node
