// SPDX-License-Identifier: Apache-2.0
#include "libprofile/filter/own.h"

#include <linux/audit.h>
#include <linux/seccomp.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "libprofile/error.h"
#include "libprofile/filter/call_graph.h"
#include "libprofile/filter/encode.h"
#include "libprofile/filter/search_tree.h"
#include "libprofile/filter/verify.h"
#include "libprofile/policy/abi.h"
#include "libprofile/policy/syscall.h"
#include "libprofile/text.h"

namespace scrim::filter {

using document::Architecture;
using document::Condition;
using policy::Abi;
using policy::Table;
using Node = Graph::Node;

namespace {

constexpr std::uint32_t no_call = 0xffffffff;  // -1: a tracer has the call skipped

// How much a number weighs. The kernel answers unconditional allows from its bitmap and runs the program for
// the others only; when it loads the program it runs it once for each number.
struct Weights {
  static constexpr std::uint32_t bitmap = 16;
  static constexpr std::uint32_t denied = 70;
  static constexpr std::uint32_t conditional = 800;
  static constexpr std::uint32_t rare = 1;
  static constexpr std::uint32_t test = 24;  // an instruction more
  // With frequencies: what all recorded calls of an ABI for which the program runs have together, and what
  // each number has beside that.
  static constexpr std::uint32_t recorded = 1 << 20;
  static constexpr std::uint32_t unrecorded = 16;
};

// Weights by number, for one ABI, from what was recorded by name. Sums stay far below the limit of
// search_tree.h.
class Recorded {
 public:
  Recorded(const Frequencies& frequencies, const Abi& abi) {
    double sum = 0;
    std::vector<std::pair<std::uint32_t, double>> counts;
    for (const auto& [name, count] : frequencies) {
      const std::optional<policy::Syscall> syscall = policy::Syscall::named(name);
      const int resolved = syscall ? syscall->number(abi.architecture) : -1;
      if (resolved < 0) continue;  // not on this architecture
      const auto number = static_cast<std::uint32_t>(resolved);
      if (in_bitmap(abi, number)) continue;
      counts.emplace_back(number, static_cast<double>(count));
      sum += static_cast<double>(count);
    }
    for (const auto& [number, count] : counts)
      if (count > 0) weights_[number] += static_cast<std::uint32_t>(count / sum * Weights::recorded);
  }

  [[nodiscard]] std::uint32_t of(std::uint32_t number) const {
    const auto found = weights_.find(number);
    return Weights::unrecorded + (found == weights_.end() ? 0 : found->second);
  }
  // Of all numbers first…last.
  [[nodiscard]] std::uint32_t of(std::uint32_t first, std::uint32_t last) const {
    std::uint32_t sum = 0;
    for (auto at = weights_.lower_bound(first); at != weights_.end() && at->first <= last; ++at)
      sum += at->second;
    return sum;
  }

 private:
  // x32 calls are in none (seccomp_cache_check_allow of kernel/seccomp.c).
  static bool in_bitmap(const Abi& abi, std::uint32_t number) {
    if (abi.architecture == Architecture::x32) return false;
    const auto call = std::ranges::lower_bound(abi.calls, number, {}, &policy::Call::number);
    return call != abi.calls.end() && call->number == number && call->cases.empty() &&
           call->decision.action == document::Action::allow;
  }

  std::map<std::uint32_t, std::uint32_t> weights_;
};

class Compiler {
 public:
  Compiler(const Table& table, const Frequencies* frequencies) : table_(table) {
    if (frequencies == nullptr) return;
    for (const Abi& abi : table.abis) recorded_.emplace_back(*frequencies, abi);
  }

  Program compile() {
    check_byte_order();
    // The native architecture is tested first, and so added last.
    Node root = foreign_;
    for (std::size_t i = table_.abis.size(); i-- > 0;) {
      const std::uint32_t arch = table_.abis[i].audit_arch;
      const auto first = std::ranges::find(table_.abis, arch, &Abi::audit_arch);
      if (static_cast<std::size_t>(first - table_.abis.begin()) != i) continue;  // together with that one
      root = graph_.test(arch_word, Comparison::equal, arch, numbers(arch), root);
    }
    return encode(graph_, root, table_.name);
  }

 private:
  void check_byte_order() const {
    const auto little = [](const Abi& abi) { return (abi.audit_arch & __AUDIT_ARCH_LE) != 0; };
    for (const Abi& abi : table_.abis)
      if (little(abi) != little(table_.abis.front()))
        throw Error(concat(table_.name, ": \"architectures\": ", name_of(abi.architecture),
                           " has another byte order than ", name_of(table_.abis.front().architecture)));
  }

  // What happens to all numbers of an architecture.
  Node numbers(std::uint32_t arch) {
    const auto abi = [&](bool x32) {
      const auto found = std::ranges::find_if(table_.abis, [&](const Abi& each) {
        return each.audit_arch == arch && (each.architecture == Architecture::x32) == x32;
      });
      return found == table_.abis.end() ? nullptr : &*found;
    };
    Segments segments;
    const bool shared = arch == AUDIT_ARCH_X86_64;
    add(segments, abi(false), 0, shared ? policy::x32_bit - 1 : no_call - 1);
    if (shared) segments.add(policy::x32_bit, x32_numbers(abi(true)), Weights::rare);
    segments.add(no_call, otherwise_, Weights::rare);
    return search_tree(graph_, number_word, segments, Weights::test,
                       recorded_.empty() ? Shape::optimal : Shape::best);
  }

  // From x32_bit on. Nobody calls them (Debian's and Fedora's kernels refuse them), and the kernel's bitmap
  // does not have them.
  Node x32_numbers(const Abi* abi) {
    Segments segments;
    add(segments, abi, policy::x32_bit, no_call - 1);
    if (segments.all().size() == 1) return segments.all().front().target;
    return search_tree(graph_, number_word, segments, Weights::test, Shape::quick);
  }

  // Numbers from…to, which are the ABI's; foreign without one.
  void add(Segments& segments, const Abi* abi, std::uint32_t from, std::uint32_t to) {
    if (abi == nullptr) return segments.add(from, foreign_, Weights::rare);
    const ArgumentLayout layout{abi->narrow, (abi->audit_arch & __AUDIT_ARCH_LE) != 0};
    std::uint32_t next = from;
    for (const policy::Call& call : abi->calls) {
      if (call.number < from || call.number > to) continue;
      if (call.number > next) gap(segments, *abi, next, call.number - 1);
      segments.add(call.number, call.cases.empty() ? answer(call.decision) : conditional(call, layout),
                   weight_of(*abi, call));
      next = call.number + 1;
    }
    if (next <= to) gap(segments, *abi, next, to);
  }

  // Numbers that no rule is about.
  void gap(Segments& segments, const Abi& abi, std::uint32_t from, std::uint32_t to) {
    const Recorded* const recorded = recorded_of(abi);
    const auto weight = [&](std::uint32_t first, std::uint32_t last) {
      constexpr std::uint32_t far = 64;  // a gap of more is not what calls fill
      const std::uint32_t numbers = std::min(last - first, far - 1) + 1;
      if (recorded != nullptr) return recorded->of(first, last) + Weights::unrecorded * numbers;
      return Weights::denied * numbers;
    };
    if (!abi.newest || to <= *abi.newest) return segments.add(from, otherwise_, weight(from, to));
    if (from <= *abi.newest) segments.add(from, otherwise_, weight(from, *abi.newest));
    const std::uint32_t newer = std::max(from, *abi.newest + 1);
    segments.add(newer, graph_.answer(SECCOMP_RET_ERRNO | ENOSYS), weight(newer, to));
  }

  // The same call on i386 and x32 has the same graph.
  Node conditional(const policy::Call& call, ArgumentLayout layout) {
    const auto alike = [](const Condition& a, const Condition& b) {
      return a.index == b.index && a.op == b.op && a.value == b.value && a.value_two == b.value_two;
    };
    const auto known = std::ranges::find_if(conditional_, [&](const Conditional& other) {
      return other.layout == layout && other.call->decision == call.decision &&
             std::ranges::equal(other.call->cases, call.cases, [&](const auto& a, const auto& b) {
               return a.decision == b.decision && std::ranges::equal(a.conditions, b.conditions, alike);
             });
    });
    if (known != conditional_.end()) return known->node;
    const Node node = call_graph(graph_, call, layout);
    // A profile of thousands of different ones would be searched for long.
    constexpr std::size_t most = 64;
    if (conditional_.size() < most) conditional_.push_back({&call, layout, node});
    return node;
  }

  // Most calls are decided as the one before.
  Node answer(const policy::Decision& decision) {
    if (decision != decision_) {
      decision_ = decision;
      answer_ = graph_.answer(answer_of(decision));
    }
    return answer_;
  }

  const Recorded* recorded_of(const Abi& abi) const {
    return recorded_.empty() ? nullptr : &recorded_[static_cast<std::size_t>(&abi - table_.abis.data())];
  }

  std::uint32_t weight_of(const Abi& abi, const policy::Call& call) const {
    if (const Recorded* const recorded = recorded_of(abi)) return recorded->of(call.number);
    if (!call.cases.empty()) return Weights::conditional;
    return call.decision.action == document::Action::allow ? Weights::bitmap : Weights::denied;
  }

  struct Conditional {
    const policy::Call* call;
    ArgumentLayout layout;
    Node node;
  };

  const Table& table_;
  std::vector<Conditional> conditional_;  // made already
  std::vector<Recorded> recorded_;        // for each ABI; empty: nothing was
  Graph graph_;
  Node foreign_ = graph_.answer(SECCOMP_RET_KILL_THREAD);  // libseccomp's answer to foreign architectures
  Node otherwise_ = graph_.answer(answer_of(table_.otherwise));
  policy::Decision decision_ = table_.otherwise;  // the last one, and its answer
  Node answer_ = otherwise_;
};

}  // namespace

Program compile(const Table& table, const Frequencies* frequencies) {
  Program program = Compiler(table, frequencies).compile();
#ifndef NDEBUG
  // Large tables take long, and this is for finding mistakes: the tests verify to the end.
  constexpr std::size_t calls = 100000;
  if (const Verification doubt = verify(program, table, calls); doubt.difference)
    throw Error(concat("the filter compiler is wrong: ", doubt.difference->text(table)));
#endif
  return program;
}

}  // namespace scrim::filter
