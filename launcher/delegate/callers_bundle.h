// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace scrim::delegate {

// What the delegate's state or list printed (JSON or table), with the caller's bundle in the place of every
// shadow bundle below `base`. Everything else stays as it is. In a table a shorter path is filled up with
// spaces.
[[nodiscard]] std::string show_callers_bundles(std::string_view output, std::string_view base);

}  // namespace scrim::delegate
