// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "libprofile/document/json.h"
#include "libprofile/kubernetes/assess.h"

// What was found out, as JSON (launcher/cli/README.md has the members) and as lines for people.
namespace scrim::kubernetes {

[[nodiscard]] document::json::Value json_of(const Node& node);
[[nodiscard]] document::json::Value json_of(const PodAssessment& pod);

[[nodiscard]] std::string text_of(const Node& node);
[[nodiscard]] std::string text_of(const PodAssessment& pod);

}  // namespace scrim::kubernetes
