// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "libprofile/document/profile.h"
#include "libprofile/inspect/enforced.h"
#include "libprofile/resolve/target.h"

// What happens to a call, and because of which line.
namespace scrim::inspect {

struct AbiAnswer {
  std::string abi;
  std::uint32_t number = 0;
  std::string answer;  // "ALLOW if persona == 0; otherwise ERRNO EPERM"
};

// A rule that names the call.
struct NamingRule {
  std::string where;    // "web.json:12:5"; the name of a built-in default
  std::string says;     // "SCMP_ACT_ALLOW if persona == 0"
  std::string only;     // "with CAP_SYS_ADMIN, on amd64": of a template; empty: always
  bool applies = true;  // for the target
  std::string reason;   // the rule's comment
};

// "SCMP_ACT_ALLOW if persona == 0" and "with CAP_SYS_ADMIN, on amd64": what a rule says of a call that it
// names, and when only.
[[nodiscard]] std::string says(std::string_view call, const document::Rule& rule);
[[nodiscard]] std::string only(const document::TemplateRule& rule);

struct Explanation {
  std::string call;
  std::vector<AbiAnswer> answers;  // of the ABIs that have it
  std::vector<NamingRule> rules;
  std::string
      default_says;  // "SCMP_ACT_ERRNO EPERM", for calls that no rule decides; empty without a profile
};

// Throws Error, with the nearest name, for a call that no architecture has. `written` may be null: for a
// process there are answers alone.
[[nodiscard]] Explanation explain(std::string_view call, const Enforced& enforced,
                                  const document::Profile* written, const resolve::Target& target);

}  // namespace scrim::inspect
