// SPDX-License-Identifier: Apache-2.0
#include "libprofile/filter/cost.h"

#include <linux/audit.h>

#include <algorithm>
#include <limits>
#include <vector>

#include "libprofile/filter/call_graph.h"
#include "libprofile/filter/constant_actions.h"
#include "libprofile/filter/interpreter.h"

namespace scrim::filter {

namespace {

class Class {
 public:
  // One system call, as often as it was asked.
  void add(const std::vector<unsigned>& steps) {
    double sum = 0;
    for (const unsigned each : steps) {
      sum += each;
      least_ = std::min(least_, each);
      most_ = std::max(most_, each);
    }
    sum_ += sum / static_cast<double>(steps.size());
    ++calls_;
  }
  [[nodiscard]] Steps steps() const {
    if (calls_ == 0) return {};
    return {calls_, least_, sum_ / static_cast<double>(calls_), most_};
  }

 private:
  std::size_t calls_ = 0;
  double sum_ = 0;
  unsigned least_ = std::numeric_limits<unsigned>::max();
  unsigned most_ = 0;
};

// Whether a call's conditions, taken together, make a difference: "less than 5" and "5 or more" do not.
bool looks_at_arguments(const policy::Call& call, const policy::Abi& abi) {
  Graph graph;
  const ArgumentLayout layout{abi.narrow, (abi.audit_arch & __AUDIT_ARCH_LE) != 0};
  const Graph::Node node = call_graph(graph, call, layout, [&](const policy::Decision& decision) {
    return graph.answer(answer_of(decision));
  });
  return graph[node].kind == Graph::Content::Kind::test;
}

// Nothing in the arguments, then each value that one is compared with, and the next.
std::vector<seccomp_data> samples(const policy::Call& call, const seccomp_data& empty) {
  std::vector<seccomp_data> all{empty};
  for (const policy::Case& each : call.cases)
    for (const document::Condition& condition : each.conditions)
      for (const std::uint64_t value : {condition.value, condition.value + 1}) {
        all.push_back(empty);
        all.back().args[condition.index] = value;
      }
  return all;
}

}  // namespace

Cost cost(std::span<const sock_filter> program, const policy::Table& table, const policy::Abi& abi,
          std::uint32_t numbers, std::uint32_t first) {
  Class allowed;
  Class denied;
  Class checked;
  Cost cost;
  for (std::uint32_t number = first; number < numbers; ++number) {
    seccomp_data empty{};
    empty.nr = static_cast<int>(number);
    empty.arch = abi.audit_arch;
    std::vector<seccomp_data> calls{empty};
    const auto call = std::ranges::lower_bound(abi.calls, number, {}, &policy::Call::number);
    const bool has_cases =
        call != abi.calls.end() && call->number == number && looks_at_arguments(*call, abi);
    if (has_cases) calls = samples(*call, empty);
    std::vector<unsigned> steps;
    steps.reserve(calls.size());
    for (const seccomp_data& each : calls) steps.push_back(execute(program, each).steps);
    const bool allows = decide(table, empty).action == document::Action::allow;
    if (has_cases)
      checked.add(steps);
    else if (allows)
      allowed.add(steps);
    else
      denied.add(steps);
  }
  const ConstantActions actions = constant_actions(program, abi.audit_arch, numbers);
  cost.length = program.size();
  cost.allowed = allowed.steps();
  cost.denied = denied.steps();
  cost.argument_checked = checked.steps();
  cost.bitmap = static_cast<std::size_t>(std::ranges::count(actions.allowed, true));
  cost.most_bitmap = cost.allowed.calls;
  cost.load_steps = actions.steps;
  return cost;
}

Numbers numbers_of(const policy::Abi& abi) {
  using document::Architecture;
  // scripts/syscall.tbl of v6.18: file_setattr is the last, with the same number everywhere.
  constexpr std::uint32_t linux_6_18 = 470;
  Numbers numbers;
  switch (abi.architecture) {  // asm/unistd.h: __NR_Linux
    case Architecture::mips:
    case Architecture::mipsel:
      numbers.first = 4000;
      break;
    case Architecture::mips64:
    case Architecture::mipsel64:
      numbers.first = 5000;
      break;
    case Architecture::mips64n32:
    case Architecture::mipsel64n32:
      numbers.first = 6000;
      break;
    default:
      break;
  }
  numbers.end = numbers.first + linux_6_18;
  for (const policy::Call& call : abi.calls) {
    // Calls of its own, far above the others (arm's cacheflush), are not counted up to.
    constexpr std::uint32_t far = 0x1000;
    if (call.number >= numbers.end && call.number - numbers.first < far) numbers.end = call.number + 1;
  }
  return numbers;
}

}  // namespace scrim::filter
