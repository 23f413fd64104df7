// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "hooks/guard/policy.h"
#include "hooks/guard/request.h"

namespace scrim::guard {

// Why a container is not to start; empty if it may.
[[nodiscard]] std::string refusal(const Request& request, const Policy& policy);

}  // namespace scrim::guard
