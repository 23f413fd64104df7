// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <functional>
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
  constexpr std::size_t most = 1000;
  const std::size_t more = all_.size() > most ? all_.size() - most : 0;
  // The worst are not to be among those that are left out.
  if (more > 0)
    std::ranges::stable_sort(all_, std::greater(), [](const Placed& each) { return each.finding.severity; });
  std::vector<Finding> findings;
  for (std::size_t i = 0; i < all_.size() - more; ++i) findings.push_back(std::move(all_[i].finding));
  if (more > 0)
    findings.push_back({"not-looked-at", Severity::note, file_, concat(more, " more findings"), {}});
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
  std::string text = finding.where.empty() ? "" : concat(printable(finding.where), ": ");
  text += concat(name_of(finding.severity), ": ", printable(finding.says), " [", finding.code, "]");
  if (!finding.mend.empty()) text += concat("\n    ", printable(finding.mend));
  return text;
}

}  // namespace scrim::lint
