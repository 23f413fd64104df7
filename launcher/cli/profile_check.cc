// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <iostream>

#include "launcher/cli/painted_output.h"
#include "launcher/cli/profile.h"
#include "launcher/cli/profile_source.h"
#include "launcher/options/options.h"
#include "libprofile/document/file.h"
#include "libprofile/inspect/report.h"
#include "libprofile/lint/needs.h"
#include "libprofile/text.h"

namespace scrim::cli {

using document::json::Value;
using inspect::Fate;
using lint::NeededCall;

namespace {

void print(const std::vector<NeededCall>& calls) {
  std::size_t missing = 0;
  std::size_t depends = 0;
  for (const NeededCall& each : calls) {
    if (is_missing(each)) ++missing;
    if (each.fate == Fate::depends) ++depends;
    if (each.fate == Fate::allowed) continue;
    std::cout << printable(each.call) << ": " << each.answer << '\n';
    if (!each.because.empty()) std::cout << "    because of " << printable(each.because) << '\n';
    if (!each.mend.empty()) std::cout << "    " << each.mend << '\n';
  }
  std::cout << calls.size() << (calls.size() == 1 ? " call" : " calls") << " needed: " << missing
            << " missing, " << depends << (depends == 1 ? " depends" : " depend") << " on arguments\n";
}

Value json_of(const std::vector<NeededCall>& calls) {
  const auto text = [](const std::string& value) {
    return value.empty() ? Value() : Value(Value::Data(value));
  };
  Value::Array all;
  for (const NeededCall& each : calls) {
    Value value;
    value.set("call", text(each.call));
    value.set("fate", inspect::json_of(name_of(each.fate)));
    value.set("missing", Value(Value::Data(is_missing(each))));
    value.set("answer", text(each.answer));
    value.set("because", text(each.because));
    value.set("mend", text(each.mend));
    all.push_back(std::move(value));
  }
  return Value(Value::Data(std::move(all)));
}

}  // namespace

int profile_check(const Context& context, const Arguments& arguments) {
  Options app(
      "Which of the system calls that a program makes a profile denies, and because of which rule. Exit "
      "status 1 if it denies any.",
      "scrim profile check");
  ProfileOptions options;
  std::string profile;
  std::string needs;
  bool json = false;
  add_target_options(app, options);
  app.add_option("profile", profile, source_help).required();
  app.add_option("--needs FILE", needs,
                 "names, one a line, or what strace -f wrote, or strace -c printed; - is standard input")
      .required();
  app.add_flag("--json", json, "as JSON");
  app.parse(arguments);
  const PaintedOutput paint(!json);
  const ProfileSource source = profile_source(context, options, profile);
  const std::vector<std::string> calls =
      needs == "-" ? lint::read_needs(document::read_standard_input(), "standard input")
                   : lint::read_needs(document::read_text(needs), needs);
  const std::vector<NeededCall> checked =
      lint::check_needs(calls, source.enforced, source.written ? &*source.written : nullptr, source.target);
  if (json) {
    Value value;
    value.set("profile", inspect::json_of(std::string_view(source.enforced.name)));
    value.set("calls", json_of(checked));
    std::cout << to_text(value, 2) << '\n';
  } else {
    print(checked);
  }
  return std::ranges::any_of(checked, lint::is_missing) ? status_finding : status_as_asked;
}

}  // namespace scrim::cli
