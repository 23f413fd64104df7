// SPDX-License-Identifier: Apache-2.0
#include "libprofile/inspect/enforced.h"

#include <linux/seccomp.h>

#include <algorithm>
#include <map>
#include <utility>

#include "libprofile/filter/compare.h"
#include "libprofile/filter/disassemble.h"
#include "libprofile/text.h"

namespace scrim::inspect {

using filter::Outcome;

namespace {

bool lets_through(std::uint32_t answer) {
  return fate_of(answer) == Fate::allowed || fate_of(answer) == Fate::logged;
}

std::string number_text(std::uint32_t number) {
  constexpr std::uint32_t large = 0x10000;
  return number < large ? std::to_string(number) : hexadecimal(number);
}

// By how much of the calls they are, the largest first; what depends last.
void sort_groups(std::vector<CallGroup>& groups) {
  std::ranges::stable_sort(groups, [](const CallGroup& a, const CallGroup& b) {
    const bool a_depends = a.fate == Fate::depends || a.fate == Fate::unknown;
    const bool b_depends = b.fate == Fate::depends || b.fate == Fate::unknown;
    if (a_depends != b_depends) return b_depends;
    return !a_depends && a.calls.size() > b.calls.size();
  });
}

CallGroup& group_of(std::vector<CallGroup>& groups, Fate fate, const std::string& answer) {
  const auto found = std::ranges::find_if(
      groups, [&](const CallGroup& each) { return each.fate == fate && each.answer == answer; });
  if (found != groups.end()) return *found;
  return groups.emplace_back(CallGroup{fate, answer, {}});
}

}  // namespace

const AbiMeaning* Enforced::find(document::Architecture architecture) const {
  const auto found = std::ranges::find_if(
      abis, [&](const AbiMeaning& each) { return each.abi.architecture == architecture; });
  return found == abis.end() ? nullptr : &*found;
}

Enforced enforced(std::string name, std::vector<filter::Program> programs, document::Architecture native) {
  const std::vector<CallAbi> abis = abis_of(programs, native);
  return enforced(std::move(name), std::move(programs), abis);
}

Enforced enforced(std::string name, std::vector<filter::Program> programs, const std::vector<CallAbi>& abis) {
  Enforced out{std::move(name), std::move(programs), {}};
  std::map<std::uint32_t, filter::Decoded> decoded;  // x32 shares x86_64's
  for (const CallAbi& abi : abis) {
    auto found = decoded.find(abi.arch);
    if (found == decoded.end()) {
      std::vector<filter::Decoded> each;
      for (const filter::Program& program : out.programs) each.push_back(filter::decode(program, abi.arch));
      found = decoded.emplace(abi.arch, filter::combine(each, abi.arch)).first;
    }
    out.abis.push_back({abi, found->second});
  }
  return out;
}

std::string_view name_of(Fate fate) {
  switch (fate) {
    case Fate::killed:
      return "killed";
    case Fate::denied:
      return "denied";
    case Fate::notified:
      return "notified";
    case Fate::traced:
      return "traced";
    case Fate::logged:
      return "logged";
    case Fate::allowed:
      return "allowed";
    case Fate::depends:
      return "depends";
    case Fate::unknown:
      break;
  }
  return "unknown";
}

Fate fate_of(std::uint32_t answer) {
  switch (answer & SECCOMP_RET_ACTION_FULL) {
    case SECCOMP_RET_ALLOW:
      return Fate::allowed;
    case SECCOMP_RET_LOG:
      return Fate::logged;
    case SECCOMP_RET_TRACE:
      return Fate::traced;
    case SECCOMP_RET_USER_NOTIF:
      return Fate::notified;
    case SECCOMP_RET_ERRNO:
      return Fate::denied;
    default:
      return Fate::killed;
  }
}

Fate fate_of(const Outcome& outcome) {
  if (const auto answer = outcome.constant()) return fate_of(*answer);
  return outcome.cannot_tell ? Fate::unknown : Fate::depends;
}

bool lets_everything_through(const AbiMeaning& meaning) {
  return std::ranges::all_of(meaning.abi.calls, [&](const NamedCall& call) {
    const Outcome& outcome = meaning.decoded.at(call.number);
    return !outcome.cannot_tell && std::ranges::all_of(outcome.paths, lets_through, &filter::Path::answer);
  });
}

AbiSummary summary_of(const AbiMeaning& meaning) {
  const CallAbi& abi = meaning.abi;
  const filter::Decoded& decoded = meaning.decoded;
  AbiSummary out;
  out.abi = short_name(abi.architecture);
  const auto text = [&](const Outcome& outcome, std::string_view name) {
    return filter::text_of(outcome, abi.arch, abi.wide, name);
  };
  for (const NamedCall& call : abi.calls) {
    const Outcome& outcome = decoded.at(call.number);
    group_of(out.groups, fate_of(outcome), text(outcome, call.name)).calls.emplace_back(call.name);
  }
  for (CallGroup& group : out.groups) std::ranges::sort(group.calls);
  sort_groups(out.groups);
  const auto unnamed = [&](std::uint32_t first, std::uint32_t last) {
    for (std::uint32_t from = first;;) {
      const auto after = std::ranges::upper_bound(decoded.ranges, from, {}, &filter::NumberRange::first);
      const filter::NumberRange& range = *std::prev(after);
      const std::uint32_t to = std::min(range.last, last);
      const Outcome& outcome = decoded.outcomes[range.outcome];
      group_of(out.unnamed, fate_of(outcome), text(outcome, ""))
          .calls.push_back(from == to ? number_text(from) : concat(number_text(from), "..", number_text(to)));
      if (to == last) return;
      from = to + 1;
    }
  };
  std::uint32_t from = abi.first;
  for (const NamedCall& call : abi.calls) {
    if (call.number > from) unnamed(from, call.number - 1);
    from = std::max(from, call.number + 1);
  }
  if (from <= abi.last) unnamed(from, abi.last);
  if (out.groups.size() == 1 && out.unnamed.size() == 1 &&
      out.groups.front().answer == out.unnamed.front().answer && out.groups.front().fate != Fate::depends)
    out.everything = out.groups.front().answer;
  return out;
}

AbiCount count_of(const AbiMeaning& meaning) {
  AbiCount out;
  out.abi = short_name(meaning.abi.architecture);
  const NamedCall* before = nullptr;
  for (const NamedCall& call : meaning.abi.calls) {
    if (before != nullptr && before->number == call.number) continue;
    before = &call;
    const Outcome& outcome = meaning.decoded.at(call.number);
    if (outcome.cannot_tell) {
      ++out.unknown;
      continue;
    }
    const auto through = [](const filter::Path& path) { return lets_through(path.answer); };
    if (std::ranges::all_of(outcome.paths, through)) {
      ++out.allowed;
    } else if (std::ranges::any_of(outcome.paths, through)) {
      ++out.conditional;
      out.conditional_names.emplace_back(call.name);
    } else {
      ++out.denied;
    }
  }
  std::ranges::sort(out.conditional_names);
  return out;
}

}  // namespace scrim::inspect
