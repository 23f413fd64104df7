// SPDX-License-Identifier: Apache-2.0
#include "libprofile/inspect/report.h"

#include <algorithm>

#include "libprofile/inspect/explain.h"
#include "libprofile/text.h"

namespace scrim::inspect {

using document::json::Value;

static Value json_of(const CallGroup& group) {
  Value value;
  value.set("fate", json_of(name_of(group.fate)));
  value.set("answer", json_of(group.answer));
  value.set("calls", json_of(group.calls));
  return value;
}

static Value json_of(const kernel::ThreadStatus& thread) {
  Value value;
  value.set("tid", json_of(static_cast<std::uint64_t>(thread.tid)));
  value.set("name", json_of(std::string_view(thread.name)));
  value.set("mode", json_of(name_of(thread.mode)));
  value.set("filters", thread.filters ? json_of(std::uint64_t{*thread.filters}) : Value());
  return value;
}

namespace {

template <typename Items>
Value array_of(const Items& items) {
  Value::Array array;
  for (const auto& each : items) array.push_back(json_of(each));
  return Value(Value::Data(std::move(array)));
}

std::string padded(std::string text, std::size_t width) {
  text.resize(std::max(text.size(), width), ' ');
  return text;
}

}  // namespace

Value json_of(const AbiSummary& summary) {
  Value value;
  value.set("abi", json_of(std::string_view(summary.abi)));
  value.set("everything",
            summary.everything.empty() ? Value() : json_of(std::string_view(summary.everything)));
  value.set("groups", array_of(summary.groups));
  value.set("unnamed", array_of(summary.unnamed));
  return value;
}

Value json_of(const AbiCount& count) {
  Value value;
  value.set("abi", json_of(std::string_view(count.abi)));
  value.set("allowed", json_of(std::uint64_t{count.allowed}));
  value.set("conditional", json_of(std::uint64_t{count.conditional}));
  value.set("denied", json_of(std::uint64_t{count.denied}));
  value.set("unknown", json_of(std::uint64_t{count.unknown}));
  value.set("conditionalCalls", json_of(count.conditional_names));
  return value;
}

Value json_of(const CallChange& change) {
  Value value;
  value.set("abi", json_of(std::string_view(change.abi)));
  value.set("call", json_of(std::string_view(change.call)));
  value.set("named", document::json::truth(change.named));
  value.set("kind", json_of(name_of(change.kind)));
  value.set("before", json_of(std::string_view(change.before)));
  value.set("after", json_of(std::string_view(change.after)));
  return value;
}

Value json_of(const Match& match) {
  Value value;
  value.set("profiles", json_of(match.names));
  value.set("equal", document::json::truth(match.equal()));
  value.set("differences", array_of(match.differences));
  return value;
}

Value json_of(const AgainstConfig& against) {
  Value value;
  value.set("file", json_of(std::string_view(against.file)));
  value.set("problem", against.problem.empty() ? Value() : json_of(std::string_view(against.problem)));
  value.set("asks", document::json::truth(against.asks));
  value.set("equal", document::json::truth(against.equal()));
  value.set("besides", json_of(std::uint64_t{against.besides}));
  value.set("differences", array_of(against.differences));
  return value;
}

void add_container(Value& value, const Place& place, const Container* container) {
  const auto text = [](const std::string& from) {
    return from.empty() ? Value() : json_of(std::string_view(from));
  };
  value.set("engine", json_of(std::string_view(container != nullptr ? container->engine : place.engine)));
  value.set("user", container != nullptr ? json_of(std::uint64_t{container->user}) : Value());
  value.set("container", json_of(std::string_view(container != nullptr ? container->id : place.id)));
  value.set("containerName", container != nullptr ? text(container->name) : Value());
  value.set("pod", container != nullptr ? text(container->pod) : Value());
  value.set("podNamespace", container != nullptr ? text(container->pod_namespace) : Value());
  value.set("image", container != nullptr ? text(container->image) : Value());
  value.set("sandbox", document::json::truth(container != nullptr && container->sandbox));
  value.set("configFile", container != nullptr ? text(container->config_file) : Value());
}

Value json_of(const Inspection& inspection, const Container* container) {
  Value value;
  const kernel::ThreadStatus& first = inspection.first();
  value.set("pid", json_of(static_cast<std::uint64_t>(inspection.pid)));
  value.set("name", json_of(std::string_view(first.name)));
  value.set("cgroup", json_of(std::string_view(inspection.place.cgroup)));
  add_container(value, inspection.place, container);
  value.set("mode", json_of(name_of(first.mode)));
  value.set("filters", first.filters ? json_of(std::uint64_t{*first.filters}) : Value());
  value.set("noNewPrivileges", document::json::truth(first.no_new_privs));
  value.set("threads", json_of(std::uint64_t{inspection.threads.size()}));
  value.set("threadsRead", json_of(std::uint64_t{inspection.threads_read}));
  value.set("differingThreads", array_of(inspection.differing));
  return value;
}

std::string_view name_of(kernel::SeccompMode mode) {
  switch (mode) {
    case kernel::SeccompMode::disabled:
      return "disabled";
    case kernel::SeccompMode::strict:
      return "strict";
    case kernel::SeccompMode::filter:
      break;
  }
  return "filter";
}

std::string wrapped(std::string_view first, const std::vector<std::string>& words) {
  constexpr std::size_t width = 110;
  std::string all;
  std::string line(first);
  bool begun = false;
  for (const std::string& word : words) {
    if (begun && line.size() + 1 + word.size() > width) {
      all += concat(line, "\n");
      line.assign(first.size(), ' ');
      begun = false;
    }
    line += concat(begun ? " " : "", word);
    begun = true;
  }
  return concat(all, line, "\n");
}

std::string text_of(const AbiSummary& summary) {
  if (!summary.everything.empty()) return concat(summary.abi, ": every call: ", summary.everything, "\n");
  std::string text = concat(summary.abi, "\n");
  for (const CallGroup& group : summary.groups) {
    const bool conditional = group.fate == Fate::depends || group.fate == Fate::unknown;
    if (conditional)
      text += concat("  ", join(group.calls), ": ", group.answer, "\n");
    else
      text += wrapped(concat("  ", group.answer, " (", group.calls.size(), "): "), group.calls);
  }
  for (const CallGroup& group : summary.unnamed) {
    constexpr std::size_t few = 3;
    std::vector<std::string> shown = group.calls;
    if (shown.size() > few) {
      const std::string last = shown.back();
      shown.resize(few - 1);
      shown.push_back(concat("… ", last));
    }
    text += concat("  numbers without a name, ", join(shown), ": ", group.answer, "\n");
  }
  return text;
}

std::string text_of(const std::vector<CallChange>& changes, std::size_t most) {
  constexpr std::size_t kind_width = 17;
  constexpr std::size_t abi_width = 8;
  std::string text;
  for (std::size_t i = 0; i < changes.size() && i < most; ++i) {
    const CallChange& each = changes[i];
    text += concat("  ", padded(std::string(name_of(each.kind)), kind_width), padded(each.abi, abi_width),
                   each.call, ": ", each.before, " -> ", each.after, "\n");
  }
  if (changes.size() > most) text += concat("  and ", changes.size() - most, " more\n");
  return text;
}

namespace {

Value periods_json(const std::vector<defaults::PeriodNames>& periods) {
  Value::Array all;
  for (const defaults::PeriodNames& each : periods) {
    Value one;
    one.set("since", json_of(each.since));
    one.set("until", json_of(each.until));
    all.push_back(std::move(one));
  }
  return Value(Value::Data(std::move(all)));
}

}  // namespace

Value json_of(const defaults::History& history) {
  Value::Array rules;
  for (const defaults::RuleHistory& each : history.rules) {
    Value one;
    one.set("call", json_of(std::string_view(each.call)));
    one.set("says", json_of(std::string_view(says(each.call, each.rule.rule))));
    one.set("only", json_of(std::string_view(only(each.rule))));
    one.set("periods", periods_json(each.periods));
    one.set("reason", json_of(std::string_view(each.rule.comment)));
    rules.push_back(std::move(one));
  }
  Value::Array denied;
  for (const defaults::DeniedHistory& each : history.denied) {
    Value one;
    one.set("call", json_of(std::string_view(each.call)));
    one.set("periods", periods_json(each.periods));
    one.set("reason", json_of(std::string_view(each.reason)));
    denied.push_back(std::move(one));
  }
  Value value;
  value.set("rules", Value(Value::Data(std::move(rules))));
  value.set("denied", Value(Value::Data(std::move(denied))));
  return value;
}

std::string text_of(const std::vector<defaults::PeriodNames>& periods) {
  std::vector<std::string> all;
  for (const defaults::PeriodNames& each : periods) {
    std::string text;
    if (!each.since.empty()) text = concat("since ", join(each.since));
    if (!each.until.empty()) text += concat(text.empty() ? "" : ", ", "until ", join(each.until));
    all.push_back(text.empty() ? "always" : std::move(text));
  }
  return join(all, "; ");
}

}  // namespace scrim::inspect
