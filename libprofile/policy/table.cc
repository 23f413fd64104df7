// SPDX-License-Identifier: Apache-2.0
#include "libprofile/policy/table.h"

#include <algorithm>
#include <cerrno>
#include <optional>
#include <set>
#include <span>
#include <tuple>
#include <utility>

#include "libprofile/error.h"
#include "libprofile/policy/abi.h"
#include "libprofile/policy/syscall.h"
#include "libprofile/text.h"

namespace scrim::policy {

using document::Action;
using document::Architecture;
using document::Condition;
using document::Operator;

namespace {

bool is_narrow(Architecture architecture) {
  switch (architecture) {
    case Architecture::x86:
    case Architecture::x32:
    case Architecture::arm:
    case Architecture::mips:
    case Architecture::mipsel:
    case Architecture::mips64n32:
    case Architecture::mipsel64n32:
    case Architecture::ppc:
    case Architecture::s390:
    case Architecture::parisc:
    case Architecture::m68k:
    case Architecture::sh:
    case Architecture::sheb:
      return true;
    default:
      return false;
  }
}

// A rule for a number. Several names may have one number, and one name two (MultiplexedSyscall).
struct Numbered {
  std::uint32_t number;
  std::uint32_t rule;     // index in Policy::rules
  std::uint32_t subcall;  // of a multiplexer; 0: not through one
};

// By number, those of one number as they were: by counting, because this is a good part of the work and an
// architecture's numbers lie close together (but for arm's private ones).
void sort_by_number(std::vector<Numbered>& all) {
  if (all.empty()) return;
  const auto [least, most] = std::ranges::minmax_element(all, {}, &Numbered::number);
  const std::uint32_t first = least->number;
  const std::size_t width = std::size_t{most->number} - first + 1;
  constexpr std::size_t widest = 4096;
  if (width > widest) {
    std::ranges::stable_sort(all, {}, &Numbered::number);
    return;
  }
  std::vector<std::uint32_t> places(width + 1);  // of the next one of each number
  for (const Numbered& each : all) ++places[each.number - first + 1];
  for (std::size_t i = 1; i <= width; ++i) places[i] += places[i - 1];
  std::vector<Numbered> sorted(all.size());
  for (const Numbered& each : all) sorted[places[each.number - first]++] = each;
  all = std::move(sorted);
}

class AbiTable {
 public:
  AbiTable(const Policy& policy, Architecture architecture, Subcalls subcalls)
      : policy_(policy), subcalls_(subcalls) {
    abi_.architecture = architecture;
    abi_.audit_arch = audit_arch(architecture);
    abi_.narrow = is_narrow(architecture);
    const auto newest = std::ranges::find(policy.newest, architecture, &Newest::architecture);
    if (newest != policy.newest.end()) abi_.newest = newest->number;
  }

  Abi make() {
    number_rules();
    abi_.calls.reserve(numbered_.size() + 1);
    for (auto at = numbered_.begin(); at != numbered_.end();) {
      const auto end = std::find_if(at, numbered_.end(),
                                    [&](const Numbered& other) { return other.number != at->number; });
      abi_.calls.push_back(call({at, end}));
      at = end;
    }
    // Calls that an s390 kernel does not know arrive as number 0, setup(2), which nobody uses (runc's
    // patchbpf).
    const bool s390 = abi_.architecture == Architecture::s390 || abi_.architecture == Architecture::s390x;
    if (s390 && abi_.newest) {
      if (abi_.calls.empty() || abi_.calls.front().number != 0) abi_.calls.insert(abi_.calls.begin(), Call{});
      abi_.calls.front() = {0, {}, {Action::error, ENOSYS}};
    }
    return std::move(abi_);
  }

 private:
  void number_rules() {
    const Architecture architecture = abi_.architecture;
    const bool multiplexes =
        Syscall("socketcall").number(architecture) >= 0 || Syscall("ipc").number(architecture) >= 0;
    numbered_.reserve(policy_.rules.size());
    for (std::uint32_t rule = 0; rule < policy_.rules.size(); ++rule) {
      const Syscall syscall = policy_.rules[rule].syscall;
      const int number = syscall.number(architecture);
      if (number >= 0)
        numbered_.push_back({static_cast<std::uint32_t>(number), rule, 0});
      else if (multiplexes)
        number_multiplexed(syscall, rule);
    }
    sort_by_number(numbered_);
  }

  void number_multiplexed(Syscall syscall, std::uint32_t rule) {
    const std::optional<MultiplexedSyscall> shared = MultiplexedSyscall::of(syscall);
    if (!shared) return;
    const int multiplexer = shared->through.number(abi_.architecture);
    if (multiplexer < 0) return;
    numbered_.push_back({static_cast<std::uint32_t>(multiplexer), rule, shared->subcall});
    const std::optional<std::uint32_t> direct = MultiplexedSyscall::direct_number(syscall, abi_.architecture);
    if (direct) numbered_.push_back({*direct, rule, 0});
  }

  [[nodiscard]] Call call(std::span<const Numbered> rules) const {
    Call call{rules.front().number, {}, policy_.otherwise};
    // An unconditional rule beats every conditional one, and the first unconditional one the others.
    for (const Numbered& each : rules) {
      const Rule& rule = policy_.rules[each.rule];
      if (!rule.conditions.empty() || each.subcall != 0) continue;
      call.decision = rule.decision;
      return call;
    }
    for (const Numbered& each : rules) add_case(call, each);
    return call;
  }

  [[nodiscard]] Condition is_subcall(const Numbered& numbered) const {
    const Condition exactly{0, Operator::equal, numbered.subcall, 0, {}};
    if (subcalls_ == Subcalls::as_libseccomp) return exactly;
    const bool ipc = Syscall("ipc").number(abi_.architecture) == static_cast<int>(numbered.number);
    if (!ipc && abi_.narrow) return exactly;
    return {0, Operator::masked_equal, ipc ? 0xffffU : 0xffffffffU, numbered.subcall, {}};
  }

  void add_case(Call& call, const Numbered& numbered) const {
    const Rule& rule = policy_.rules[numbered.rule];
    Case added{rule.decision, rule.conditions};
    if (numbered.subcall != 0) {
      // The arguments of the call itself are in memory, out of a filter's sight. As libseccomp does, a
      // condition on the first gives way to the subcall and others are kept (abi_rule_add()).
      std::erase_if(added.conditions, [](const Condition& condition) { return condition.index == 0; });
      added.conditions.insert(added.conditions.begin(), is_subcall(numbered));
    }
    if (abi_.narrow)
      for (Condition& condition : added.conditions) {
        condition.value &= 0xffffffff;
        condition.value_two &= 0xffffffff;
      }
    std::ranges::stable_sort(added.conditions, {}, &Condition::index);
    call.cases.push_back(std::move(added));
  }

  const Policy& policy_;
  Subcalls subcalls_;
  Abi abi_;
  std::vector<Numbered> numbered_;
};

auto key_of(const Condition& condition) {
  const bool masked = condition.op == Operator::masked_equal;
  return std::tuple(condition.index, condition.op, condition.value, masked ? condition.value_two : 0);
}

// libseccomp refuses these, and so do we: whichever rule was meant, the profile does not say it.
void refuse_contradictions(const Policy& policy) {
  const auto less = [](const Rule* a, const Rule* b) {
    if (a->syscall != b->syscall) return a->syscall < b->syscall;
    return std::ranges::lexicographical_compare(a->conditions, b->conditions, {}, key_of, key_of);
  };
  std::vector<const Rule*> rules;
  for (const Rule& rule : policy.rules)
    if (!rule.conditions.empty()) rules.push_back(&rule);
  std::ranges::stable_sort(rules, less);
  std::optional<std::set<Syscall>> unconditional;
  for (std::size_t i = 1; i < rules.size(); ++i) {
    if (less(rules[i - 1], rules[i]) || rules[i - 1]->decision == rules[i]->decision) continue;
    if (!unconditional) {
      unconditional.emplace();
      for (const Rule& rule : policy.rules)
        if (rule.conditions.empty()) unconditional->insert(rule.syscall);
    }
    if (unconditional->contains(rules[i]->syscall)) continue;
    throw Error(concat(policy.name, ": two rules for ", rules[i]->syscall.name(),
                       " have the same conditions and different actions: keep one of them"));
  }
}

}  // namespace

Table make_table(const Policy& policy, Subcalls subcalls) {
  refuse_contradictions(policy);
  Table table{policy.name, policy.otherwise, {}};
  table.abis.reserve(policy.architectures.size());
  for (const Architecture architecture : policy.architectures)
    table.abis.push_back(AbiTable(policy, architecture, subcalls).make());
  return table;
}

}  // namespace scrim::policy
