// SPDX-License-Identifier: Apache-2.0
#include <map>

#include "libprofile/lint/subject.h"
#include "libprofile/text.h"

namespace scrim::lint {

using document::Name;

namespace {

struct Dropped {
  Severity severity = Severity::error;
  std::string_view becomes;
};

// What becomes of a field of the template in linux.seccomp (runtime-spec has none of them).
Dropped in_oci(std::string_view field) {
  if (field == "includes" || field == "excludes")
    return {Severity::error, "the rule then counts always, whatever the capabilities and the architecture"};
  if (field == "archMap") return {Severity::error, "calls of the other architectures are then killed"};
  if (field == "name") return {Severity::error, "the rule is then about no call at all"};
  return {Severity::warning, "the errno is then EPERM"};
}

struct Use {
  document::Position first;
  std::size_t times = 0;
};

}  // namespace

void check_dialect(const document::Profile& written, const Subject& subject, Findings& findings) {
  std::map<std::string_view, Use> uses;
  const auto note = [&](const std::vector<Name>& fields) {
    for (const Name& field : fields) {
      Use& use = uses[field.text];
      if (use.times++ == 0) use.first = field.at;
    }
  };
  note(written.template_fields);
  for (const document::TemplateRule& each : written.rules) note(each.template_fields);
  const ReadAs reader = subject.against.read_as;
  for (const auto& [field, use] : uses) {
    const std::string which =
        concat("\"", field, "\"", use.times > 1 ? concat(" (", use.times, " times)") : "");
    const Dropped dropped = in_oci(field);
    if (reader == ReadAs::oci)
      findings.add("template-field", dropped.severity, use.first,
                   concat(which,
                          " belongs to Docker's template, and the engine reads linux.seccomp: it is "
                          "dropped without a word, and ",
                          dropped.becomes),
                   "write what the engine reads: scrim profile resolve");
    else if (reader == ReadAs::either)
      findings.add("template-field", Severity::note, use.first,
                   concat(which,
                          " belongs to Docker's template: Docker, Podman and CRI-O read it; containerd's "
                          "Localhost files are linux.seccomp, where it is dropped, and ",
                          dropped.becomes));
    else if (reader == ReadAs::docker && (field == "errno" || field == "defaultErrno"))
      findings.add("template-field", Severity::warning, use.first,
                   concat(which, " is read by Podman and CRI-O; Docker drops it, and ", dropped.becomes),
                   field == "errno" ? "use \"errnoRet\"" : "use \"defaultErrnoRet\"");
  }
  if (reader != ReadAs::containers) return;
  for (const document::TemplateRule& each : written.rules)
    if (each.includes.min_kernel || each.excludes.min_kernel)
      findings.add("template-field", Severity::warning, each.rule.at,
                   "\"minKernel\" is read by Docker; Podman and CRI-O drop it, and the rule then counts on "
                   "every kernel");
}

}  // namespace scrim::lint
