// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <tuple>

#include "libprofile/lint/subject.h"
#include "libprofile/text.h"

namespace scrim::lint {

using document::Position;
using document::json::Value;

void Findings::add(std::string_view code, Severity severity, Position at, std::string says,
                   std::string mend) {
  std::string where = at.line == 0 ? file_ : concat(file_, ":", at.line, ":", at.column);
  all_.push_back({at, {std::string(code), severity, std::move(where), std::move(says), std::move(mend)}});
}

std::string Findings::place(Position at) {
  return at.line == 0 ? "another rule" : concat("the rule at ", at.line, ":", at.column);
}

std::vector<Finding> Findings::take() {
  std::ranges::stable_sort(all_, {},
                           [](const Placed& each) { return std::pair(each.at.line, each.at.column); });
  std::vector<Finding> findings;
  findings.reserve(all_.size());
  for (Placed& each : all_) findings.push_back(std::move(each.finding));
  all_.clear();
  return findings;
}

std::string_view name_of(Severity severity) {
  switch (severity) {
    case Severity::note:
      return "note";
    case Severity::warning:
      return "warning";
    case Severity::error:
      break;
  }
  return "error";
}

bool any(const std::vector<Finding>& findings, Severity at_least) {
  return std::ranges::any_of(findings, [&](const Finding& each) { return each.severity >= at_least; });
}

Value json_of(const Finding& finding) {
  const auto text = [](std::string_view value) {
    return value.empty() ? Value() : Value(Value::Data(std::string(value)));
  };
  Value value;
  value.set("code", text(finding.code));
  value.set("severity", text(name_of(finding.severity)));
  value.set("where", text(finding.where));
  value.set("says", text(finding.says));
  value.set("mend", text(finding.mend));
  return value;
}

std::string text_of(const Finding& finding) {
  std::string text = finding.where.empty() ? "" : concat(finding.where, ": ");
  text += concat(name_of(finding.severity), ": ", finding.says, " [", finding.code, "]");
  if (!finding.mend.empty()) text += concat("\n    ", finding.mend);
  return text;
}

}  // namespace scrim::lint
