// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "libprofile/merge/merge.h"

namespace scrim::merge {

// Throws Error if the filter of `merged` answers some call otherwise than the profiles together, naming it,
// or if that cannot be told.
void prove(const document::OciSeccomp& merged, const std::vector<document::OciSeccomp>& profiles, Mode mode,
           document::Architecture native);

}  // namespace scrim::merge
