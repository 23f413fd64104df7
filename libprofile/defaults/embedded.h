// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "libprofile/defaults/defaults.h"

namespace scrim::defaults {

// The text of data/<engine>.json as it was when this program was built.
[[nodiscard]] std::string_view embedded_data(Engine engine);

}  // namespace scrim::defaults
