// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "libprofile/defaults/tables.h"

namespace scrim::defaults {

// The known version whose default a version has.
struct KnownVersion {
  std::size_t index = 0;  // in Tables::versions
  std::string name;       // the version that was asked for, without what a distribution added to it
  std::string because;    // "1.7.20 is taken for 1.7.13, …"; empty if that version is known itself
};

// An empty text is the newest. Known are
//   - the versions of the tables, also as distributions write them: 1.6.20~ds1-1+deb12u1, 20.10.24+dfsg1-1;
//   - those between two of the same release branch that have the same default.
// Of others nobody here knows what changed in them: throws Error, which names the neighbours and in what they
// differ.
[[nodiscard]] KnownVersion known_version(const Tables& tables, Engine engine, std::string_view text);
[[nodiscard]] KnownVersion known_version(Engine engine, std::string_view text);

}  // namespace scrim::defaults
