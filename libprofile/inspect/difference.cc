// SPDX-License-Identifier: Apache-2.0
#include "libprofile/inspect/difference.h"

#include <algorithm>
#include <optional>

#include "libprofile/filter/compare.h"
#include "libprofile/text.h"

namespace scrim::inspect {

using filter::Outcome;

namespace {

enum class Through : std::uint8_t { never, sometimes, always };

Through through(const Outcome& outcome) {
  const auto lets = [](const filter::Path& path) {
    return fate_of(path.answer) == Fate::allowed || fate_of(path.answer) == Fate::logged;
  };
  if (std::ranges::all_of(outcome.paths, lets)) return Through::always;
  return std::ranges::any_of(outcome.paths, lets) ? Through::sometimes : Through::never;
}

ChangeKind kind_of(const filter::Change& change, const Outcome& before, const Outcome& after) {
  if (change.cannot_tell) return ChangeKind::unknown;
  const auto allowed = [](std::uint32_t answer) {
    return fate_of(answer) == Fate::allowed || fate_of(answer) == Fate::logged;
  };
  const bool matters = std::ranges::any_of(change.answers, [&](const filter::AnswerChange& each) {
    return allowed(each.before) != allowed(each.after);
  });
  if (!matters) return ChangeKind::otherwise;
  if (through(before) == Through::never && through(after) == Through::always)
    return ChangeKind::newly_allowed;
  if (through(before) == Through::always && through(after) == Through::never) return ChangeKind::newly_denied;
  return ChangeKind::now_conditional;
}

std::string numbers_text(std::uint32_t first, std::uint32_t last) {
  constexpr std::uint32_t large = 0x10000;
  const auto text = [](std::uint32_t number) {
    return number < large ? std::to_string(number) : hexadecimal(number);
  };
  return first == last ? text(first) : concat(text(first), "..", text(last));
}

// The changes of one ABI, each call by itself.
class Listing {
 public:
  Listing(const AbiMeaning& before, const AbiMeaning& after, std::vector<CallChange>& out)
      : before_(before), after_(after), out_(out) {}

  void add(const filter::Change& change) {
    const CallAbi& abi = before_.abi;
    std::uint64_t from = change.first;
    auto call = std::ranges::lower_bound(abi.calls, change.first, {}, &NamedCall::number);
    for (; call != abi.calls.end() && call->number <= change.last; ++call) {
      if (call->number > from) add(change, static_cast<std::uint32_t>(from), call->number - 1, "");
      add(change, call->number, call->number, call->name);
      from = std::uint64_t{call->number} + 1;
    }
    if (from <= change.last) add(change, static_cast<std::uint32_t>(from), change.last, "");
  }

 private:
  void add(const filter::Change& change, std::uint32_t first, std::uint32_t last, std::string_view name) {
    const CallAbi& abi = before_.abi;
    const Outcome& before = before_.decoded.at(first);
    const Outcome& after = after_.decoded.at(first);
    CallChange each{short_name(abi.architecture),
                    name.empty() ? numbers_text(first, last) : std::string(name),
                    !name.empty(),
                    kind_of(change, before, after),
                    filter::text_of(before, abi.arch, abi.wide, name),
                    filter::text_of(after, abi.arch, abi.wide, name)};
    // What follows on one another without names is one line.
    if (name.empty() && !out_.empty() && !out_.back().named && out_.back().abi == each.abi &&
        out_.back().before == each.before && out_.back().after == each.after && next_ == first) {
      out_.back().call = numbers_text(begun_, last);
    } else {
      begun_ = first;
      out_.push_back(std::move(each));
    }
    next_ = std::uint64_t{last} + 1;
  }

  const AbiMeaning& before_;
  const AbiMeaning& after_;
  std::vector<CallChange>& out_;
  std::uint32_t begun_ = 0;
  std::uint64_t next_ = 0;
};

}  // namespace

std::string_view name_of(ChangeKind kind) {
  switch (kind) {
    case ChangeKind::newly_allowed:
      return "newly allowed";
    case ChangeKind::newly_denied:
      return "newly denied";
    case ChangeKind::now_conditional:
      return "other arguments";
    case ChangeKind::otherwise:
      return "denied otherwise";
    case ChangeKind::unknown:
      break;
  }
  return "cannot tell";
}

std::vector<CallChange> differences(const Enforced& before, const Enforced& after) {
  std::vector<CallChange> all;
  std::vector<CallAbi> abis;
  for (const Enforced* const each : {&before, &after})
    for (const AbiMeaning& meaning : each->abis)
      if (std::ranges::find(abis, meaning.abi.architecture, &CallAbi::architecture) == abis.end())
        abis.push_back(meaning.abi);
  const auto meaning_of = [](const Enforced& side, const CallAbi& abi) {
    if (const AbiMeaning* const known = side.find(abi.architecture)) return *known;
    return enforced(side.name, side.programs, std::vector{abi}).abis.front();
  };
  for (const CallAbi& abi : abis) {
    const AbiMeaning a = meaning_of(before, abi);
    const AbiMeaning b = meaning_of(after, abi);
    Listing listing(a, b, all);
    for (const filter::Change& change : filter::changes(a.decoded, b.decoded, abi.first, abi.last))
      listing.add(change);
  }
  return all;
}

}  // namespace scrim::inspect
