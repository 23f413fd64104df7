// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace scrim::criu {

// What a criu log (-v4) says of its failure, without the times: the last few errors, with "; " between them,
// for the first may be a trial that failed and the last a consequence. Empty if it has none. What criu finds
// missing while it looks at the kernel is an "Error" in it too, and no reason.
[[nodiscard]] std::string telling_lines(std::string_view log);

}  // namespace scrim::criu
