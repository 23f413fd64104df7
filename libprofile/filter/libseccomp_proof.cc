// SPDX-License-Identifier: Apache-2.0
#include "libprofile/filter/libseccomp_proof.h"

#include <linux/audit.h>

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "libprofile/error.h"
#include "libprofile/filter/call_names.h"
#include "libprofile/filter/fuse.h"
#include "libprofile/filter/libseccomp.h"
#include "libprofile/filter/verify.h"
#include "libprofile/filter/worker.h"
#include "libprofile/policy/abi.h"
#include "libprofile/policy/syscall.h"
#include "libprofile/text.h"

namespace scrim::filter {

using document::Action;
using document::Architecture;
using document::Condition;
using document::Operator;
using policy::MultiplexedSyscall;
using policy::Policy;
using policy::Rule;

namespace {

// More rules of one call than any profile was seen to have: their number alone could make libseccomp slow.
constexpr std::size_t many = 64;

constexpr std::string_view mend =
    "libseccomp is hardly ever wrong where a call has one rule, and where all its rules compare with "
    "SCMP_CMP_EQ or "
    "SCMP_CMP_MASKED_EQ and have the same action: write them so, or use a runtime that need not compile with "
    "libseccomp (scrim itself, or crun with scrim in front)";

bool equality(const Condition& condition) {
  return condition.op == Operator::equal || condition.op == Operator::masked_equal;
}

bool may_be_wrong(const policy::Call& call) {
  if (call.cases.size() < 2) return false;
  if (call.cases.size() > many) return true;
  return std::ranges::any_of(call.cases, [&](const policy::Case& each) {
    return each.decision != call.cases.front().decision || !std::ranges::all_of(each.conditions, equality);
  });
}

// The first call of an ABI brings the number's load with it: unconditional rules come first, by ascending
// number, then those with few conditions. Where it is one that the ABI lacks or has through a multiplexer,
// and so by a pseudo number only, libseccomp 2.5.4 leaves it out, and the load as well: numbers are compared
// with the architecture. A call with a number of its own and an unconditional rule is always in front of
// those.
const policy::Call* first_call(const policy::Abi& abi) {
  const bool s390 = abi.architecture == Architecture::s390 || abi.architecture == Architecture::s390x;
  const auto found = std::ranges::find_if(abi.calls, [&](const policy::Call& call) {
    return call.cases.empty() && (!s390 || call.number != 0);  // no rule, but what stands for unknown calls
  });
  return found == abi.calls.end() ? nullptr : &*found;
}

bool is_multiplexer(const policy::Abi& abi, const policy::Call& call) {
  const std::array multiplexers{policy::Syscall("socketcall"), policy::Syscall("ipc")};
  return std::ranges::any_of(multiplexers, [&](const policy::Syscall& each) {
    return each.number(abi.architecture) == static_cast<int>(call.number);
  });
}

bool may_lose_number(const policy::Abi& abi) {
  return first_call(abi) == nullptr &&
         std::ranges::any_of(abi.calls, [&](const policy::Call& call) { return is_multiplexer(abi, call); });
}

// Whether calls through socketcall(2) and ipc(2) that libseccomp does not recognise (policy::Subcalls) would
// pass: they get the default action. Where that is the stricter one, as with every list of what is allowed,
// it is no matter.
bool passes_subcalls(const policy::Abi& abi) {
  return std::ranges::any_of(abi.calls, [&](const policy::Call& call) {
    const std::uint32_t otherwise = policy::answer_of(call.decision);
    return is_multiplexer(abi, call) && std::ranges::any_of(call.cases, [&](const policy::Case& each) {
             const std::uint32_t answer = policy::answer_of(each.decision);
             return each.conditions.front().op == Operator::masked_equal && answer != otherwise &&
                    most_restrictive(std::array{answer, otherwise}) == answer;
           });
  });
}

// No test is left of a mask of 0, as one of high bits is on a 32-bit ABI, and then libseccomp may use another
// call's tests with the wrong argument loaded.
bool tests_nothing(const policy::Call& call) {
  return std::ranges::any_of(call.cases, [](const policy::Case& each) {
    return std::ranges::any_of(each.conditions, [](const Condition& condition) {
      return condition.op == Operator::masked_equal && condition.value == 0;
    });
  });
}

// Whether what a call comes to may depend on the rules for others.
bool entangled(const policy::Abi& abi) {
  return may_lose_number(abi) || std::ranges::any_of(abi.calls, tests_nothing);
}

std::string action_text(std::uint32_t answer) {
  constexpr auto last = static_cast<int>(Action::notify);
  for (int i = 0; i <= last; ++i) {
    const auto action = static_cast<Action>(i);
    if (policy::answer_of({action, 0}) != (answer & SECCOMP_RET_ACTION_FULL)) continue;
    const bool carries_data = action == Action::error || action == Action::trace;
    return carries_data ? concat(name_of(action), "(", answer & SECCOMP_RET_DATA, ")")
                        : std::string(name_of(action));
  }
  return hexadecimal(answer);
}

std::string condition_text(const Condition& condition) {
  std::string text =
      concat("args[", condition.index, "] ", name_of(condition.op), " ", hexadecimal(condition.value));
  if (condition.op == Operator::masked_equal) text += concat(" ", hexadecimal(condition.value_two));
  return text;
}

std::string conditions_text(const Rule& rule) {
  std::vector<std::string> texts;
  for (const Condition& condition : rule.conditions) texts.push_back(condition_text(condition));
  return join(texts, " and ");
}

// A rule has no place of its own, its conditions do.
std::string at(const Policy& policy, const Rule* rule, std::string_view what) {
  const bool placed = rule != nullptr && !rule->conditions.empty();
  return document::located(policy.name, placed ? rule->conditions.front().at : document::Position{}, what);
}

const policy::Abi* abi_of(const policy::Table& table, const seccomp_data& call) {
  const bool x32 = call.arch == AUDIT_ARCH_X86_64 && static_cast<std::uint32_t>(call.nr) >= policy::x32_bit;
  const auto found = std::ranges::find_if(table.abis, [&](const policy::Abi& abi) {
    return abi.audit_arch == call.arch && (abi.architecture == Architecture::x32) == x32;
  });
  return found == table.abis.end() ? nullptr : &*found;
}

bool is_about(const Rule& rule, Architecture architecture, std::uint32_t number) {
  if (rule.syscall.number(architecture) == static_cast<int>(number)) return true;
  const auto multiplexed = MultiplexedSyscall::of(rule.syscall);
  return multiplexed && (multiplexed->through.number(architecture) == static_cast<int>(number) ||
                         MultiplexedSyscall::direct_number(rule.syscall, architecture) == number);
}

// The rules with conditions that are about a number, some of them maybe through socketcall(2) or ipc(2).
std::vector<const Rule*> rules_about(const Policy& policy, Architecture architecture, int number) {
  std::vector<const Rule*> rules;
  for (const Rule& rule : policy.rules)
    if (!rule.conditions.empty() && is_about(rule, architecture, static_cast<std::uint32_t>(number)))
      rules.push_back(&rule);
  return rules;
}

bool all_hold(const Rule& rule, const policy::Abi& abi, const seccomp_data& call) {
  return std::ranges::all_of(rule.conditions, [&](const Condition& condition) {
    const std::uint64_t cut = abi.narrow ? 0xffffffff : ~std::uint64_t{0};
    Condition narrowed = condition;
    narrowed.value &= cut;
    narrowed.value_two &= cut;
    return policy::holds(narrowed, call.args[condition.index] & cut);
  });
}

[[noreturn]] void refuse(const Policy& policy, const policy::Table& table, const Difference& difference) {
  const seccomp_data& call = difference.call;
  const policy::Abi* const abi = abi_of(table, call);
  if (abi == nullptr) throw Error(concat("libseccomp is wrong: ", difference.text(table)));
  const std::vector<const Rule*> rules = rules_about(policy, abi->architecture, call.nr);
  const auto holding =
      std::ranges::find_if(rules, [&](const Rule* rule) { return all_hold(*rule, *abi, call); });
  const Rule* const meant = holding != rules.end() ? *holding : nullptr;
  const Rule* const shown = meant != nullptr || rules.empty() ? meant : rules.front();

  unsigned highest = 0;
  for (const Rule* const rule : rules)
    for (const Condition& condition : rule->conditions) highest = std::max(highest, condition.index);
  std::vector<std::string> arguments;
  for (unsigned i = 0; i <= highest; ++i) arguments.push_back(hexadecimal(call.args[i]));
  const std::string name =
      shown != nullptr ? std::string(shown->syscall.name()) : concat("system call ", call.nr);
  const std::string why =
      meant != nullptr ? concat("if ", conditions_text(*meant)) : std::string("no rule's conditions hold");
  throw Error(at(policy, shown,
                 concat("libseccomp gets the rules for ", name, " wrong: ", name, "(", join(arguments),
                        ") on ", name_of(abi->architecture), " would be ", action_text(difference.program),
                        " instead of ", action_text(difference.policy), " (", why, "). ", mend)));
}

// A call that is meant for socketcall(2) or ipc(2) with bits in its first argument that the kernel leaves
// out.
[[noreturn]] void refuse_subcall(const Policy& policy, const Difference& difference,
                                 const policy::Table& table) {
  const seccomp_data& call = difference.call;
  const policy::Abi* const abi = abi_of(table, call);
  const std::string name = call_name(call.arch, static_cast<std::uint32_t>(call.nr));
  throw Error(concat(
      policy.name, ": libseccomp compares all of the first argument of ", name,
      ", of which the kernel looks at a part: ", name, "(", hexadecimal(call.args[0]), ", …) on ",
      abi == nullptr ? "" : name_of(abi->architecture), " would be ", action_text(difference.program),
      " instead of ", action_text(difference.policy), ". Give ", name,
      " a rule as well, leave that architecture out, or use a runtime that need not compile with libseccomp "
      "(scrim itself, or crun with scrim in front)"));
}

// Runs in the child, and throws there.
void compare(const Policy& policy, const policy::Table& table, Arrangement arrangement) {
  const Verification verification = verify(libseccomp_whole(policy, arrangement), table);
  if (verification.difference) {
    const Difference& found = *verification.difference;
    const policy::Table exact = make_table(policy, policy::Subcalls::as_libseccomp);
    if (decide(exact, found.call) != decide(table, found.call)) refuse_subcall(policy, found, table);
    refuse(policy, table, found);
  }
  if (!verification.complete)
    throw Error(
        concat(policy.name, ": its rules are too many to compare what libseccomp makes of them. ", mend));
}

// All rules of calls whose arguments are compared: what such calls have in common libseccomp writes once, and
// not always with the right argument loaded, so that one may be wrong only beside another. Rules without
// conditions are left out, which makes it quick, but for the one that keeps the number's load in its place.
Policy with_conditions(const Policy& policy) {
  const policy::Table table = make_table(policy);
  const auto has_cases = [](const policy::Call& call) { return !call.cases.empty(); };
  if (std::ranges::none_of(table.abis,
                           [&](const policy::Abi& abi) { return std::ranges::any_of(abi.calls, has_cases); }))
    return {};
  std::set<policy::Syscall> syscalls;
  const auto add_all_about = [&](Architecture architecture, std::uint32_t number) {
    for (const Rule& rule : policy.rules)
      if (is_about(rule, architecture, number)) syscalls.insert(rule.syscall);
  };
  for (const policy::Abi& abi : table.abis) {
    for (const policy::Call& call : abi.calls)
      if (has_cases(call)) add_all_about(abi.architecture, call.number);
    if (const policy::Call* const first = first_call(abi)) add_all_about(abi.architecture, first->number);
  }
  // On i386 all of socketcall(2) belongs together.
  const std::set<policy::Syscall> alone = syscalls;
  for (const policy::Syscall syscall : alone)
    if (const auto multiplexed = MultiplexedSyscall::of(syscall))
      for (const Architecture architecture : policy.architectures)
        if (const int through = multiplexed->through.number(architecture); through >= 0)
          add_all_about(architecture, static_cast<std::uint32_t>(through));

  Policy part{policy.name, policy.otherwise, policy.architectures, {}, {}, {}, policy.notifies};
  for (const Rule& rule : policy.rules)
    if (syscalls.contains(rule.syscall)) part.rules.push_back(rule);
  return part;
}

std::string out_of_time(const Policy& policy, std::chrono::seconds limit) {
  std::set<std::string> names;
  const Rule* first = nullptr;
  for (const Rule& rule : policy.rules) {
    if (rule.conditions.empty()) continue;
    names.emplace(rule.syscall.name());
    if (first == nullptr) first = &rule;
  }
  const std::vector<std::string> all(names.begin(), names.end());
  return at(policy, first,
            concat("libseccomp runs without end on the rules for ", join(all), ": stopped after ",
                   limit.count(), " s of CPU time. ", mend));
}

}  // namespace

bool libseccomp_may_be_wrong(const policy::Table& table) {
  return std::ranges::any_of(table.abis, [](const policy::Abi& abi) {
    return entangled(abi) || passes_subcalls(abi) || std::ranges::any_of(abi.calls, may_be_wrong);
  });
}

void prove_libseccomp(const Policy& given, std::chrono::seconds limit) {
  const Policy policy = with_conditions(given);
  if (policy.rules.empty()) return;
  policy::Table table = make_table(policy);
  if (std::ranges::none_of(table.abis, passes_subcalls))
    table = make_table(policy, policy::Subcalls::as_libseccomp);
  // runc since 1.2 asks for a tree above this many names (libcontainer/seccomp/seccomp_linux.go).
  constexpr std::size_t worth_a_tree = 32;
  std::vector<Worker> workers;
  for (const Arrangement arrangement : {Arrangement::list, Arrangement::tree}) {
    if (arrangement == Arrangement::tree && given.rules.size() <= worth_a_tree) continue;
    workers.emplace_back(
        [&policy, &table, arrangement] {
          compare(policy, table, arrangement);
          return Program();
        },
        limit);
  }
  for (Worker& worker : workers) {
    const Worker::Result result = worker.wait();
    switch (result.end) {
      case Worker::End::done:
        break;
      case Worker::End::failed:
        throw Error(result.message);
      case Worker::End::out_of_time:
        throw Error(out_of_time(policy, limit));
      case Worker::End::died:
        throw Error(concat(policy.name, ": asking libseccomp what it makes of the profile: the process ",
                           result.message));
    }
  }
}

}  // namespace scrim::filter
