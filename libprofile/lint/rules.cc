// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "libprofile/lint/reach.h"
#include "libprofile/lint/subject.h"
#include "libprofile/policy/syscall.h"
#include "libprofile/text.h"

namespace scrim::lint {

using document::Action;
using document::Condition;
using document::Position;
using document::Rule;
using policy::Decision;

namespace {

// A rule as far as it is about one call.
struct Entry {
  std::size_t rule = 0;
  Position name;
};

std::string text_of(const Rule& rule) {
  const Decision decision = policy::decision_of(rule.action, rule.errno_ret);
  const std::string_view name = decision.action == Action::error ? document::errno_name(decision.data) : "";
  return concat(name_of(rule.action), name.empty() ? "" : " ", name);
}

// The conditions, each of which decides by itself where an argument has several, as runc and crun read them.
std::vector<std::vector<Condition>> cases_of(const Rule& rule) {
  if (!policy::repeated_argument(rule)) return {rule.conditions};
  std::vector<std::vector<Condition>> cases;
  for (const Condition& each : rule.conditions) cases.push_back({each});
  return cases;
}

bool same_conditions(const Rule& a, const Rule& b) {
  const auto key = [](const Condition& each) {
    return std::tuple(each.index, each.op, each.value, each.value_two);
  };
  const auto all = [&](const Rule& rule) {
    std::multiset<std::tuple<unsigned, document::Operator, std::uint64_t, std::uint64_t>> keys;
    for (const Condition& each : rule.conditions) keys.insert(key(each));
    return keys;
  };
  return all(a) == all(b);
}

class RuleCheck {
 public:
  RuleCheck(const Subject& subject, Findings& findings)
      : rules_(subject.resolved.rules),
        header_(subject.resolved.header),
        architecture_(subject.against.target.architecture),
        findings_(findings) {}

  void check() {
    std::map<std::string_view, std::vector<Entry>> calls;
    for (std::size_t i = 0; i < rules_.size(); ++i) {
      check_repeated_argument(rules_[i]);
      for (const document::Name& name : rules_[i].names)
        if (policy::Syscall::named(name.text)) calls[name.text].push_back({i, name.at});
    }
    for (const auto& [call, entries] : calls) check(call, entries);
    report();
  }

 private:
  enum class Kind : std::uint8_t { duplicate, idle, contradicts, refused, shadowed, never };

  void note(Kind kind, std::string_view call, const Entry& entry, std::size_t other) {
    About& about = found_[{entry.rule, kind, other}];
    if (about.names.empty()) about.at = entry.name;
    about.names.emplace_back(call);
  }

  void check_repeated_argument(const Rule& rule) {
    if (rule.at.line == 0 || !policy::repeated_argument(rule)) return;
    findings_.add(
        "conditions-ored", Severity::warning, rule.at,
        "several conditions are about one argument: runtimes then take each condition of the rule "
        "by itself, and it holds if any of them does",
        "a rule for each condition says the same plainly; a range of values cannot be said in one rule");
  }

  [[nodiscard]] Decision decision(const Entry& entry) const {
    return policy::decision_of(rules_[entry.rule].action, rules_[entry.rule].errno_ret);
  }
  [[nodiscard]] bool unconditional(const Entry& entry) const { return rules_[entry.rule].conditions.empty(); }

  void check(std::string_view call, const std::vector<Entry>& all) {
    const Decision otherwise = policy::decision_of(header_.default_action, header_.default_errno_ret);
    std::vector<Entry> entries;
    for (const Entry& entry : all)
      if (decision(entry) != otherwise) entries.push_back(entry);
    for (const Entry& entry : all)
      if (decision(entry) == otherwise && !entries.empty())
        note(Kind::idle, call, entry, entries.front().rule);
    const auto deciding =
        std::ranges::find_if(entries, [&](const Entry& each) { return unconditional(each); });
    if (deciding == entries.end()) {
      check_conditional(call, entries);
      return;
    }
    for (auto each = entries.begin(); each != entries.end(); ++each)
      if (each != deciding) {
        const bool differs = decision(*each) != decision(*deciding);
        note(!differs               ? Kind::duplicate
             : unconditional(*each) ? Kind::contradicts
                                    : Kind::shadowed,
             call, *each, deciding->rule);
      }
  }

  void check_conditional(std::string_view call, const std::vector<Entry>& entries) {
    for (std::size_t i = 0; i < entries.size() && entries.size() <= most_cases; ++i)
      for (std::size_t j = 0; j < i; ++j) {
        if (!same_conditions(rules_[entries[i].rule], rules_[entries[j].rule])) continue;
        note(decision(entries[i]) == decision(entries[j]) ? Kind::duplicate : Kind::refused, call, entries[i],
             entries[j].rule);
        break;
      }
    std::vector<ReachCase> cases;
    for (std::size_t i = 0; i < entries.size(); ++i)
      for (std::vector<Condition>& each : cases_of(rules_[entries[i].rule]))
        cases.push_back({i, std::move(each)});
    looked_into_ += cases.size();
    if (looked_into_ > most_looked_into) return;
    const Reach reach = reach_of(cases, entries.size(), architecture_);
    for (std::size_t i = 0; i < entries.size(); ++i)
      if (!reach.ever_holds[i])
        note(Kind::never, call, entries[i], entries[i].rule);
      else if (!reach.decides[i] && !already(entries[i].rule, call))
        note(Kind::shadowed, call, entries[i], entries.front().rule);
  }

  // What was said of equal conditions need not be said again.
  [[nodiscard]] bool already(std::size_t rule, std::string_view call) const {
    return std::ranges::any_of(found_, [&](const auto& each) {
      return std::get<0>(each.first) == rule &&
             std::ranges::find(each.second.names, call) != each.second.names.end();
    });
  }

  void report() {
    if (looked_into_ > most_looked_into)
      findings_.add("not-looked-at", Severity::note, {},
                    concat("of more than ", most_looked_into,
                           " conditions it was not looked into whether others make them idle"));
    for (const auto& [key, about] : found_) {
      const auto& [rule, kind, other] = key;
      const std::string names = join(about.names);
      const std::string there = Findings::place(rules_[other].at);
      const std::string does = concat(" (", text_of(rules_[other]), ")");
      switch (kind) {
        case Kind::duplicate:
          findings_.add("duplicate-name", Severity::note, about.at,
                        rule == other ? concat(names, ": named twice in this rule")
                                      : concat(names, ": ", there, " decides the same already"));
          break;
        case Kind::idle:
          findings_.add(
              "contradictory-rules", Severity::warning, about.at,
              concat(names, ": ", text_of(rules_[rule]),
                     " is the default, and runtimes leave such a rule out; ", there, does, " counts"));
          break;
        case Kind::contradicts:
          findings_.add("contradictory-rules", Severity::warning, about.at,
                        concat(names, ": ", text_of(rules_[rule]), " here, but ", there, does,
                               " is the first without conditions, and counts"));
          break;
        case Kind::refused:
          findings_.add("contradictory-rules", Severity::error, about.at,
                        concat(names, ": ", text_of(rules_[rule]), " under the same conditions as the rule ",
                               there, does, ": no runtime loads that"));
          break;
        case Kind::shadowed:
          findings_.add(
              "unreachable-rule", Severity::warning, about.at,
              concat(names, ": this rule never decides: ",
                     rules_[other].conditions.empty()
                         ? concat(there, does, " has no conditions and counts always")
                         : concat("wherever it holds, another does before it, beginning with the rule ",
                                  there, does)));
          break;
        case Kind::never:
          findings_.add("never-holds", Severity::warning, about.at,
                        concat(names, ": no arguments meet the conditions of this rule"));
          break;
      }
    }
  }

  // Compiling the rules of a call takes up to a millisecond for each.
  static constexpr std::size_t most_looked_into = 1024;
  std::size_t looked_into_ = 0;

  struct About {
    Position at;
    std::vector<std::string> names;
  };
  const std::vector<Rule>& rules_;
  const document::Header& header_;
  document::Architecture architecture_;
  Findings& findings_;
  std::map<std::tuple<std::size_t, Kind, std::size_t>, About> found_;
};

}  // namespace

void check_rules(const Subject& subject, Findings& findings) {
  RuleCheck(subject, findings).check();
}

}  // namespace scrim::lint
