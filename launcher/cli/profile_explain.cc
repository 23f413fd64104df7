// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <iostream>

#include "launcher/cli/painted_output.h"
#include "launcher/cli/profile.h"
#include "launcher/cli/profile_source.h"
#include "launcher/options/options.h"
#include "libprofile/defaults/history.h"
#include "libprofile/inspect/explain.h"
#include "libprofile/inspect/report.h"
#include "libprofile/text.h"

namespace scrim::cli {

using document::json::Value;

namespace {

void print(const inspect::Explanation& each) {
  std::cout << each.call << '\n';
  for (const inspect::AbiAnswer& answer : each.answers)
    std::cout << "  " << answer.abi << " (" << answer.number << "): " << answer.answer << '\n';
  if (each.answers.empty()) std::cout << "  no architecture that is asked for has it under a number\n";
  for (const inspect::NamingRule& rule : each.rules) {
    std::cout << "  " << printable(rule.where) << ": " << rule.says;
    if (!rule.only.empty()) std::cout << ", " << printable(rule.only);
    if (!rule.applies) std::cout << " (does not apply here)";
    std::cout << '\n';
    if (!rule.reason.empty()) std::cout << "    " << printable(rule.reason) << '\n';
  }
  const bool decided = std::ranges::any_of(each.rules, &inspect::NamingRule::applies);
  if (!each.default_says.empty() && !decided)
    std::cout << "  no rule that applies names it: the default, " << each.default_says
              << " (ENOSYS for a call newer than all that are named)\n";
}

// The same call in other versions of that default.
void print_history(defaults::Engine engine, const std::string& call) {
  const std::vector<std::string> calls{call};
  const defaults::History history = defaults::history(engine, calls);
  const std::string_view name = name_of(engine);
  for (const defaults::RuleHistory& rule : history.rules) {
    const std::string only = inspect::only(rule.rule);
    std::cout << "  " << name << ", " << inspect::text_of(rule.periods) << ": "
              << inspect::says(call, rule.rule.rule) << (only.empty() ? "" : ", ") << only << '\n';
  }
  for (const defaults::DeniedHistory& denied : history.denied)
    std::cout << "  " << name << ", " << inspect::text_of(denied.periods) << ": no rule allows it\n    "
              << denied.reason << '\n';
}

Value json_of(const inspect::Explanation& each, const ProfileSource& source) {
  Value value;
  value.set("call", inspect::json_of(std::string_view(each.call)));
  Value::Array answers;
  for (const inspect::AbiAnswer& answer : each.answers) {
    Value one;
    one.set("abi", inspect::json_of(std::string_view(answer.abi)));
    one.set("number", inspect::json_of(std::uint64_t{answer.number}));
    one.set("answer", inspect::json_of(std::string_view(answer.answer)));
    answers.push_back(std::move(one));
  }
  value.set("answers", Value(Value::Data(std::move(answers))));
  Value::Array rules;
  for (const inspect::NamingRule& rule : each.rules) {
    Value one;
    one.set("where", inspect::json_of(std::string_view(rule.where)));
    one.set("says", inspect::json_of(std::string_view(rule.says)));
    one.set("only", inspect::json_of(std::string_view(rule.only)));
    one.set("applies", Value(Value::Data(rule.applies)));
    one.set("reason", inspect::json_of(std::string_view(rule.reason)));
    rules.push_back(std::move(one));
  }
  value.set("rules", Value(Value::Data(std::move(rules))));
  value.set("default",
            each.default_says.empty() ? Value() : inspect::json_of(std::string_view(each.default_says)));
  const std::vector<std::string> calls{each.call};
  value.set("history", source.engine ? inspect::json_of(defaults::history(*source.engine, calls)) : Value());
  return value;
}

}  // namespace

int profile_explain(const Context& context, const Arguments& arguments) {
  Options app("What happens to a system call, with which arguments, and because of which line.",
              "scrim profile explain");
  ProfileOptions options;
  std::string profile;
  std::vector<std::string> calls;
  bool json = false;
  add_target_options(app, options);
  app.add_option("profile", profile, source_help).required();
  app.add_option("calls", calls, "system calls, by name").required();
  app.add_flag("--json", json, "as JSON");
  app.parse(arguments);
  const PaintedOutput paint(!json);
  const ProfileSource source = profile_source(context, options, profile);
  std::vector<inspect::Explanation> all;
  all.reserve(calls.size());
  for (const std::string& call : calls)
    all.push_back(
        inspect::explain(call, source.enforced, source.written ? &*source.written : nullptr, source.target));
  if (json) {
    Value::Array array;
    for (const inspect::Explanation& each : all) array.push_back(json_of(each, source));
    Value value;
    value.set("profile", inspect::json_of(std::string_view(source.enforced.name)));
    value.set("calls", Value(Value::Data(std::move(array))));
    std::cout << to_text(value, 2) << '\n';
  } else {
    std::cout << printable(source.enforced.name) << '\n';
    for (const inspect::Explanation& each : all) {
      print(each);
      if (source.engine) print_history(*source.engine, each.call);
    }
  }
  return status_as_asked;
}

}  // namespace scrim::cli
