// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <iostream>

#include "launcher/cli/painted_output.h"
#include "launcher/cli/profile.h"
#include "launcher/options/options.h"
#include "libprofile/defaults/defaults.h"
#include "libprofile/defaults/history.h"
#include "libprofile/inspect/explain.h"
#include "libprofile/inspect/report.h"
#include "libprofile/policy/syscall.h"
#include "libprofile/policy/syscall_names.h"
#include "libprofile/text.h"

namespace scrim::cli {

using defaults::Engine;
using defaults::History;
using document::json::Value;

namespace {

Value json_of(Engine engine, const History& history) {
  Value value = inspect::json_of(history);
  value.set("engine", inspect::json_of(name_of(engine)));
  value.set("versions", inspect::json_of(versions(engine)));
  return value;
}

struct Line {
  std::string call;
  std::string says;
  std::string when;
};

// What one reason explains, aligned.
void print(const std::string& reason, const std::vector<Line>& lines) {
  std::size_t calls = 0;
  std::size_t says = 0;
  for (const Line& line : lines) {
    calls = std::max(calls, line.call.size());
    says = std::max(says, line.says.size());
  }
  constexpr std::size_t widest = 44;  // what is longer than that shifts its own line alone
  calls = std::min(calls, widest);
  says = std::min(says, widest);
  const auto padded = [](const std::string& text, std::size_t width) {
    return text.size() < width ? text + std::string(width - text.size(), ' ') : text;
  };
  std::cout << reason << '\n';
  for (const Line& line : lines)
    std::cout << "  " << padded(line.call, calls) << "  " << padded(line.says, says) << "  " << line.when
              << '\n';
}

class Printer {
 public:
  ~Printer() { flush(); }
  Printer() = default;
  Printer(const Printer&) = delete;
  Printer& operator=(const Printer&) = delete;

  void add(const std::string& reason, Line line) {
    if (reason != reason_) flush();
    reason_ = reason;
    lines_.push_back(std::move(line));
  }

 private:
  void flush() {
    if (!lines_.empty()) print(reason_, lines_);
    lines_.clear();
  }

  std::string reason_;
  std::vector<Line> lines_;
};

void print(Engine engine, const History& history, const std::vector<std::string>& calls) {
  const std::vector<std::string> known = versions(engine);
  std::cout << name_of(engine) << ", " << known.front() << " to " << known.back() << '\n';
  Printer printer;
  for (const defaults::RuleHistory& each : history.rules) {
    const std::string only = inspect::only(each.rule);
    printer.add(each.rule.comment,
                {each.call, concat(inspect::says(each.call, each.rule.rule), only.empty() ? "" : ", ", only),
                 inspect::text_of(each.periods)});
  }
  for (const defaults::DeniedHistory& each : history.denied)
    printer.add(each.reason, {each.call, "named by no rule that allows it", inspect::text_of(each.periods)});
  for (const std::string& call : calls)
    if (std::ranges::find(history.rules, call, &defaults::RuleHistory::call) == history.rules.end() &&
        std::ranges::find(history.denied, call, &defaults::DeniedHistory::call) == history.denied.end())
      printer.add("no reason is known", {call, "named by no rule", "in all known versions"});
}

void check(const std::string& call) {
  if (policy::Syscall::named(call) || policy::newer_than_libseccomp(call)) return;
  // Some that defaults name are no system calls of any architecture that libseccomp knows.
  const std::vector<std::string> one{call};
  for (const Engine engine : defaults::engines)
    if (!history(engine, one).rules.empty()) return;
  const std::string_view near = policy::nearest_syscall(call);
  throw Error(concat("no system call and no engine is called ", call,
                     near.empty() ? "" : concat("; did you mean ", near, "?")));
}

}  // namespace

int profile_history(const Context& /*context*/, const Arguments& arguments) {
  Options app(
      "Since when and until when engines' default profiles allow a call, under which condition, and why.\n"
      "usage: scrim profile history [options] [ENGINE] [CALL…]",
      "scrim profile history");
  std::vector<std::string> calls;
  bool json = false;
  app.add_option("calls", calls, "an engine (all without one), and system calls (all without any)");
  app.add_flag("--json", json, "as JSON");
  app.footer(
      "Versions of \"since\" and \"until\" are the first of their release branches; a branch that is not "
      "named\n"
      "is as the one before it ended.");
  app.parse(arguments);
  const PaintedOutput paint(!json);
  std::vector<Engine> wanted(defaults::engines.begin(), defaults::engines.end());
  if (!calls.empty())
    if (const auto engine = defaults::engine_named(calls.front())) {
      wanted = {*engine};
      calls.erase(calls.begin());
    }
  std::ranges::for_each(calls, check);
  Value::Array all;
  for (const Engine engine : wanted) {
    const History history = defaults::history(engine, calls);
    if (json)
      all.push_back(json_of(engine, history));
    else
      print(engine, history, calls);
  }
  if (json) std::cout << to_text(Value(Value::Data(std::move(all))), 2) << '\n';
  return status_as_asked;
}

}  // namespace scrim::cli
