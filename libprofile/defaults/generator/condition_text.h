// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "libprofile/document/profile.h"

namespace scrim::defaults {

// Conditions on arguments as the data files write them, all of which must hold:
//
//   conditions = condition *( " && " condition )
//   condition  = argument " " ( "==" / "!=" / "<" / "<=" / ">" / ">=" ) " " number
//              / "(" argument " & " number ") == " number
//   argument   = "arg0" … "arg5"
//   number     = decimal, or hexadecimal after "0x"; up to 64 bits
//
// Nothing if the text is not that.
[[nodiscard]] std::optional<std::vector<document::Condition>> parse_conditions(std::string_view text);

}  // namespace scrim::defaults
