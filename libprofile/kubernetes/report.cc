// SPDX-License-Identifier: Apache-2.0
#include "libprofile/kubernetes/report.h"

#include <algorithm>

#include "libprofile/inspect/report.h"
#include "libprofile/text.h"

namespace scrim::kubernetes {

using document::json::array_of;
using document::json::text_or_null;
using document::json::truth;
using document::json::Value;
using inspect::json_of;

namespace {

Value texts(const document::Warnings& warnings) {
  Value::Array all;
  for (const document::Warning& warning : warnings) all.push_back(json_of(std::string_view(warning.text)));
  return array_of(std::move(all));
}

std::string place(const Pod& pod, Position at) {
  return at.line == 0 ? pod.file : concat(pod.file, ":", at.line, ":", at.column);
}

Value list_of(const std::vector<Violation>& violations) {
  Value::Array all;
  for (const Violation& violation : violations) {
    Value one;
    one.set("check", json_of(violation.check));
    one.set("reason", json_of(std::string_view(violation.reason)));
    one.set("detail", json_of(std::string_view(violation.detail)));
    all.push_back(std::move(one));
  }
  return array_of(std::move(all));
}

Value container_of(const ContainerAssessment& assessment, const Pod& pod) {
  Value value;
  value.set("name", json_of(std::string_view(assessment.container.name)));
  value.set("kind", json_of(name_of(assessment.container.kind)));
  value.set("at", json_of(std::string_view(place(pod, assessment.container.at))));
  value.set("profile", json_of(std::string_view(assessment.profile)));
  value.set("confined", assessment.starts == Starts::yes ? truth(assessment.confined) : Value());
  value.set("privileged", truth(assessment.request.privileged));
  value.set("noNewPrivileges", truth(assessment.no_new_privileges));
  value.set("starts",
            assessment.starts == Starts::unknown ? Value() : truth(assessment.starts == Starts::yes));
  value.set("hindrance", text_or_null(assessment.hindrance));
  value.set("because", json_of(assessment.because));
  value.set("warnings", texts(assessment.warnings));
  Value::Array findings;
  for (const lint::Finding& finding : assessment.lint) findings.push_back(lint::json_of(finding));
  value.set("lint", array_of(std::move(findings)));
  value.set("finding", truth(is_finding(assessment, pod)));
  return value;
}

std::string lines(std::string_view label, const std::vector<std::string>& texts) {
  std::string out;
  for (const std::string& text : texts) out += concat("    ", label, printable(text), "\n");
  return out;
}

std::string outcome(const ContainerAssessment& assessment) {
  if (assessment.starts == Starts::no) return concat(assessment.profile, ": does not start");
  if (assessment.starts == Starts::unknown) return concat(assessment.profile, ": cannot be told");
  return assessment.profile;
}

std::string lines_of(const ContainerAssessment& assessment, const Pod& pod, std::size_t width) {
  const auto padded = [](std::string text, std::size_t to) {
    text.resize(std::max(text.size(), to), ' ');
    return text;
  };
  constexpr std::size_t longest_kind = 9;  // "container", "ephemeral"
  std::string out =
      concat("  ", padded(std::string(name_of(assessment.container.kind)), longest_kind), "  ",
             padded(printable(assessment.container.name), width), "  ", printable(outcome(assessment)),
             is_finding(assessment, pod) ? "  (finding)" : "", "\n");
  out += lines("because: ", assessment.because);
  if (!assessment.hindrance.empty()) out += lines("", {assessment.hindrance});
  for (const document::Warning& warning : assessment.warnings) out += lines("warning: ", {warning.text});
  for (const lint::Finding& finding : assessment.lint) {
    if (finding.severity == lint::Severity::note) continue;
    const std::string text = lint::text_of(finding);
    for (const std::string_view line : split(text, '\n')) out += concat("    ", line, "\n");
  }
  return out;
}

}  // namespace

Value json_of(const Node& node) {
  Value value;
  value.set("kubernetesVersion", json_of(std::string_view(text_of(node.version))));
  value.set("seccompDefault", truth(node.kubelet.seccomp_default));
  value.set("profileRoot", json_of(std::string_view(node.profile_root)));
  const std::string engine = defaults::default_profile(node.engine, node.engine_version).file;
  value.set("runtimeDefault", json_of(std::string_view(engine)));
  value.set("because", json_of(node.kubelet.because));
  value.set("warnings", texts(node.kubelet.warnings));
  return value;
}

Value json_of(const PodAssessment& assessment) {
  const Pod& pod = assessment.pod;
  Value value;
  value.set("kind", json_of(std::string_view(pod.kind)));
  value.set("namespace", text_or_null(pod.name_space));
  value.set("name", json_of(std::string_view(pod.name)));
  value.set("at", json_of(std::string_view(place(pod, pod.at))));
  Value::Array containers;
  for (const ContainerAssessment& each : assessment.containers) containers.push_back(container_of(each, pod));
  value.set("containers", array_of(std::move(containers)));
  Value::Array refused;
  for (const FieldError& error : assessment.refused) {
    Value one;
    one.set("at", json_of(std::string_view(place(pod, error.at))));
    one.set("field", json_of(std::string_view(error.field)));
    one.set("says", json_of(std::string_view(error.says)));
    refused.push_back(std::move(one));
  }
  value.set("refused", array_of(std::move(refused)));
  value.set("level", json_of(name_of(assessment.level)));
  Value violations;
  violations.set("baseline", list_of(assessment.baseline));
  violations.set("restricted", list_of(assessment.restricted));
  value.set("violations", std::move(violations));
  value.set("warnings", texts(pod.warnings));
  value.set("finding", truth(is_finding(assessment)));
  return value;
}

std::string text_of(const Node& node) {
  std::string out = concat("Kubernetes ", text_of(node.version), ", seccompDefault ",
                           node.kubelet.seccomp_default ? "on" : "off", ", ",
                           defaults::default_profile(node.engine, node.engine_version).file,
                           ", Localhost profiles in ", printable(node.profile_root), "\n");
  for (const std::string& reason : node.kubelet.because)
    out += concat("  because: ", printable(reason), "\n");
  for (const document::Warning& warning : node.kubelet.warnings)
    out += concat("  warning: ", printable(warning.text), "\n");
  return out;
}

std::string text_of(const PodAssessment& assessment) {
  const Pod& pod = assessment.pod;
  std::string out = concat("\n", pod.kind, " ", printable(pod.name_space), pod.name_space.empty() ? "" : "/",
                           printable(pod.name), " (", printable(place(pod, pod.at)), ")\n");
  std::size_t width = 0;
  for (const ContainerAssessment& each : assessment.containers)
    width = std::max(width, printable(each.container.name).size());
  for (const ContainerAssessment& each : assessment.containers) out += lines_of(each, pod, width);
  for (const document::Warning& warning : pod.warnings)
    out += concat("  warning: ", printable(warning.text), "\n");
  for (const FieldError& error : assessment.refused)
    out += concat("  refused by the API server: ", printable(text_of(error)), "\n");
  out += concat("  Pod Security level: ", name_of(assessment.level), "\n");
  const auto add = [&](std::string_view level, const std::vector<Violation>& violations) {
    for (const Violation& violation : violations) {
      // What baseline forbids restricted forbids as well, and need not be read twice.
      const bool said =
          level == "restricted" && std::ranges::any_of(assessment.baseline, [&](const Violation& other) {
            return other.reason == violation.reason && other.detail == violation.detail;
          });
      if (said) continue;
      out += concat("    not ", level, ": ", printable(violation.reason), " (", printable(violation.detail),
                    ")\n");
    }
  };
  add("baseline", assessment.baseline);
  add("restricted", assessment.restricted);
  return out;
}

}  // namespace scrim::kubernetes
