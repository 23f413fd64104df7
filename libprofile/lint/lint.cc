// SPDX-License-Identifier: Apache-2.0
#include "libprofile/lint/lint.h"

#include "libprofile/document/spo.h"
#include "libprofile/lint/subject.h"
#include "libprofile/text.h"

namespace scrim::lint {

namespace {

// "web.json:12:5: what" without the place, which a finding has by itself.
std::string without_place(std::string_view message, std::string_view file, document::Position at) {
  const std::string place = document::located(file, at, "");
  if (message.starts_with(place)) message.remove_prefix(place.size());
  return std::string(message);
}

void add_all(const document::Profile& profile, const Against& against, Findings& findings) {
  const Subject subject = subject_of(profile, against);
  if (!subject.why_not_enforced.empty())
    findings.add("no-filter", Severity::error, profile.header.at,
                 without_place(subject.why_not_enforced, profile.file, {}));
  check_names(subject, findings);
  check_architectures(subject, findings);
  check_actions(subject, findings);
  check_dialect(profile, subject, findings);
  check_start(subject, findings);
  check_rules(subject, findings);
  check_dangers(subject, findings);
  check_fallback(subject, findings);
  check_libseccomp(subject, findings);
}

}  // namespace

std::vector<Finding> lint(const document::Profile& profile, const Against& against) {
  Findings findings(profile.file);
  add_all(profile, against, findings);
  return findings.take();
}

std::vector<Finding> lint_text(std::string_view text, const std::string& file, const Against& against) {
  Findings findings(file);
  document::Warnings warnings;
  try {
    const document::Profile profile = document::read_profile_text(text, file, warnings);
    if (document::is_yaml(text, file) && against.read_as != ReadAs::either)
      findings.add(
          "not-json", Severity::error, profile.header.at,
          "the file is YAML: engines read profiles as JSON (the Security Profiles Operator writes them "
          "so on each node)",
          "scrim profile show --format oci");
    add_all(profile, against, findings);
  } catch (const document::DocumentError& error) {
    findings.add("unreadable", Severity::error, error.at(), without_place(error.what(), file, error.at()));
  }
  for (const document::Warning& each : warnings)
    findings.add("format", Severity::warning, each.at, without_place(each.text, file, each.at));
  return findings.take();
}

}  // namespace scrim::lint
