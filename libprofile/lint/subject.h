// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "libprofile/inspect/enforced.h"
#include "libprofile/lint/lint.h"
#include "libprofile/policy/policy.h"

// What the checks look at, and where they say what they found.
namespace scrim::lint {

struct Subject {
  document::Profile profile;  // as the engine reads it
  Against against;
  document::OciSeccomp resolved;  // its rules for the target
  // What they mean; nothing where they cannot be compiled.
  std::optional<policy::Policy> policy;
  std::optional<inspect::Enforced> enforced;
  std::string why_not_enforced;
};

[[nodiscard]] Subject subject_of(const document::Profile& profile, const Against& against);

class Findings {
 public:
  explicit Findings(std::string file) : file_(std::move(file)) {}
  void add(std::string_view code, Severity severity, document::Position at, std::string says,
           std::string mend = "");
  // "the rule at 12:5", "another rule" for one that does not come from a file.
  [[nodiscard]] static std::string place(document::Position at);
  // By position.
  [[nodiscard]] std::vector<Finding> take();

 private:
  struct Placed {
    document::Position at;
    Finding finding;
  };
  std::string file_;
  std::vector<Placed> all_;
};

// Each in a file of that name.
void check_names(const Subject& subject, Findings& findings);
void check_architectures(const Subject& subject, Findings& findings);
void check_actions(const Subject& subject, Findings& findings);
void check_dialect(const document::Profile& written, const Subject& subject, Findings& findings);
void check_start(const Subject& subject, Findings& findings);
void check_rules(const Subject& subject, Findings& findings);
void check_dangers(const Subject& subject, Findings& findings);
void check_fallback(const Subject& subject, Findings& findings);
void check_libseccomp(const Subject& subject, Findings& findings);

}  // namespace scrim::lint
