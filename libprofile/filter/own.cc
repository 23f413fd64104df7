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
#include "libprofile/filter/fuse.h"
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
  // `abis`: of each table, the same architecture's; nullptr if it does not have it, but not all of them.
  Recorded(const Frequencies& frequencies, std::span<const Abi* const> abis) {
    const Architecture architecture =
        (*std::ranges::find_if(abis, [](const Abi* abi) { return abi != nullptr; }))->architecture;
    double sum = 0;
    std::vector<std::pair<std::uint32_t, double>> counts;
    for (const auto& [name, count] : frequencies) {
      const std::optional<policy::Syscall> syscall = policy::Syscall::named(name);
      const int resolved = syscall ? syscall->number(architecture) : -1;
      if (resolved < 0) continue;  // not on this architecture
      const auto number = static_cast<std::uint32_t>(resolved);
      if (std::ranges::all_of(abis,
                              [&](const Abi* abi) { return abi != nullptr && in_bitmap(*abi, number); }))
        continue;
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

// One table's calls of one ABI, as the numbers go up.
class Cursor {
 public:
  // `abi` is nullptr if the table does not have it: then all of its calls are foreign.
  Cursor(const Table& table, const Abi* abi, std::uint32_t from) : table_(table), abi_(abi) {
    if (abi_ == nullptr) return;
    at_ = abi_->calls.data();
    end_ = at_ + abi_->calls.size();
    while (at_ != end_ && at_->number < from) ++at_;
  }

  // The next number that a rule is about, if it is not above `to`.
  [[nodiscard]] std::optional<std::uint32_t> next(std::uint32_t to) const {
    return at_ != end_ && at_->number <= to ? std::optional(at_->number) : std::nullopt;
  }
  // The rules about that number; nullptr if there are none. The cursor goes on.
  const policy::Call* take(std::uint32_t number) {
    return at_ != end_ && at_->number == number ? at_++ : nullptr;
  }

  // What happens to a number that no rule is about, and up to which one.
  [[nodiscard]] std::uint32_t gap(std::uint32_t number) const {
    if (abi_ == nullptr) return SECCOMP_RET_KILL_THREAD;
    if (abi_->newest && number > *abi_->newest) return SECCOMP_RET_ERRNO | ENOSYS;
    return answer_of(table_.otherwise);
  }
  [[nodiscard]] std::uint32_t gap_end(std::uint32_t number, std::uint32_t to) const {
    return abi_ != nullptr && abi_->newest && number <= *abi_->newest ? std::min(to, *abi_->newest) : to;
  }

  [[nodiscard]] const Abi* abi() const { return abi_; }

 private:
  const Table& table_;
  const Abi* abi_;
  const policy::Call* at_ = nullptr;
  const policy::Call* end_ = nullptr;
};

// What a number's rules in several tables come to: for each call the most restrictive of their answers. Table
// after table; each outcome of one that the following ones can still change leads to them.
class Together {
 public:
  explicit Together(Graph& graph) : graph_(graph) {}

  // A table's answer whatever the arguments, or its rules with their conditions.
  void add(std::uint32_t constant) { parts_.push_back({nullptr, constant}); }
  void add(const policy::Call& call) {
    // What another table says already, as when the floor is the default that everybody gets, adds nothing.
    const auto same = [&](const Part& part) { return part.call != nullptr && equal(*part.call, call); };
    if (std::ranges::none_of(parts_, same)) parts_.push_back({&call, 0});
  }

  Node node(ArgumentLayout layout) {
    layout_ = layout;
    answers_.resize(parts_.size());
    if (std::ranges::all_of(parts_, [](const Part& part) { return part.call == nullptr; })) return from(0);
    // The same call on i386 and x32 has the same graph.
    const auto same_part = [](const Part& a, const Part& b) {
      if (a.call == nullptr || b.call == nullptr) return a.call == b.call && a.constant == b.constant;
      return equal(*a.call, *b.call);
    };
    const auto known = std::ranges::find_if(made_, [&](const Made& other) {
      return other.layout == layout && std::ranges::equal(other.parts, parts_, same_part);
    });
    if (known != made_.end()) return known->node;
    const Node node = from(0);
    // A profile of thousands of different ones would be searched for long.
    constexpr std::size_t most = 64;
    if (made_.size() < most) made_.push_back({layout, parts_, node});
    return node;
  }
  void clear() { parts_.clear(); }

  // Most calls are decided as the one before.
  Node answer(std::uint32_t value) {
    if (!last_ || last_->first != value) last_.emplace(value, graph_.answer(value));
    return last_->second;
  }

 private:
  struct Part {
    const policy::Call* call;  // nullptr: a constant
    std::uint32_t constant;
  };
  struct Made {
    ArgumentLayout layout;
    std::vector<Part> parts;
    Node node;
  };

  static bool equal(const policy::Call& one, const policy::Call& other) {
    const auto same_condition = [](const document::Condition& a, const document::Condition& b) {
      return a.index == b.index && a.op == b.op && a.value == b.value && a.value_two == b.value_two;
    };
    const auto same_case = [&](const policy::Case& a, const policy::Case& b) {
      return a.decision == b.decision && std::ranges::equal(a.conditions, b.conditions, same_condition);
    };
    return one.decision == other.decision && std::ranges::equal(one.cases, other.cases, same_case);
  }

  // From the i-th part on, where answers_ has what those before say.
  Node from(std::size_t i) {
    for (; i < parts_.size() && parts_[i].call == nullptr; ++i) answers_[i] = parts_[i].constant;
    if (i == parts_.size()) return answer(most_restrictive(answers_));
    std::vector<std::pair<std::uint32_t, Node>> known;  // most cases decide as one before
    return call_graph(graph_, *parts_[i].call, layout_, [&](const policy::Decision& decision) {
      const std::uint32_t said = answer_of(decision);
      const auto same = std::ranges::find(known, said, &std::pair<std::uint32_t, Node>::first);
      if (same != known.end()) return same->second;
      answers_[i] = said;
      const Node node = from(i + 1);
      known.emplace_back(said, node);
      return node;
    });
  }

  Graph& graph_;
  std::optional<std::pair<std::uint32_t, Node>> last_;
  ArgumentLayout layout_;
  std::vector<Part> parts_;
  std::vector<std::uint32_t> answers_;  // one for each part
  std::vector<Made> made_;
};

class Compiler {
 public:
  Compiler(std::span<const Table> tables, const Frequencies* frequencies)
      : tables_(tables), frequencies_(frequencies) {}

  Program compile() {
    check_byte_order();
    std::vector<std::uint32_t> architectures;
    for (const Table& table : tables_)
      for (const Abi& abi : table.abis)
        if (std::ranges::find(architectures, abi.audit_arch) == architectures.end())
          architectures.push_back(abi.audit_arch);
    // The native architecture is tested first, and so added last.
    Node root = foreign_;
    for (std::size_t i = architectures.size(); i-- > 0;)
      root = graph_.test(arch_word, Comparison::equal, architectures[i], numbers(architectures[i]), root);
    return encode(graph_, root, tables_.front().name);
  }

 private:
  void check_byte_order() const {
    const auto little = [](const Abi& abi) { return (abi.audit_arch & __AUDIT_ARCH_LE) != 0; };
    const Abi& native = tables_.front().abis.front();
    for (const Table& table : tables_)
      for (const Abi& abi : table.abis)
        if (little(abi) != little(native))
          throw Error(concat(table.name, ": \"architectures\": ", name_of(abi.architecture),
                             " has another byte order than ", name_of(native.architecture)));
  }

  // What happens to all numbers of an architecture.
  Node numbers(std::uint32_t arch) {
    Segments segments;
    const bool shared = arch == AUDIT_ARCH_X86_64;
    add(segments, arch, false, 0, shared ? policy::x32_bit - 1 : no_call - 1);
    if (shared) segments.add(policy::x32_bit, x32_numbers(), Weights::rare);
    segments.add(no_call, skipped(arch), Weights::rare);
    return search_tree(graph_, number_word, segments, Weights::test,
                       frequencies_ == nullptr ? Shape::optimal : Shape::best);
  }

  // From x32_bit on. Nobody calls them (Debian's and Fedora's kernels refuse them), and the kernel's bitmap
  // does not have them.
  Node x32_numbers() {
    Segments segments;
    add(segments, AUDIT_ARCH_X86_64, true, policy::x32_bit, no_call - 1);
    if (segments.all().size() == 1) return segments.all().front().target;
    return search_tree(graph_, number_word, segments, Weights::test, Shape::quick);
  }

  // Number -1, which belongs to every ABI of an architecture.
  Node skipped(std::uint32_t arch) {
    std::vector<std::uint32_t> answers;
    for (const Table& table : tables_) {
      const bool foreign = std::ranges::find(table.abis, arch, &Abi::audit_arch) == table.abis.end();
      answers.push_back(foreign ? SECCOMP_RET_KILL_THREAD : answer_of(table.otherwise));
    }
    return graph_.answer(most_restrictive(answers));
  }

  static const Abi* find(const Table& table, std::uint32_t arch, bool x32) {
    const auto found = std::ranges::find_if(table.abis, [&](const Abi& each) {
      return each.audit_arch == arch && (each.architecture == Architecture::x32) == x32;
    });
    return found == table.abis.end() ? nullptr : &*found;
  }

  // Numbers from…to of an ABI.
  void add(Segments& segments, std::uint32_t arch, bool x32, std::uint32_t from, std::uint32_t to) {
    std::vector<Cursor> cursors;
    cursors.reserve(tables_.size());
    for (const Table& table : tables_) cursors.emplace_back(table, find(table, arch, x32), from);
    const auto known =
        std::ranges::find_if(cursors, [](const Cursor& each) { return each.abi() != nullptr; });
    if (known == cursors.end()) return segments.add(from, foreign_, Weights::rare);
    const ArgumentLayout layout{known->abi()->narrow, (arch & __AUDIT_ARCH_LE) != 0};

    const std::optional<Recorded> recorded = this->recorded(cursors);
    std::uint32_t next = from;
    for (;;) {
      std::optional<std::uint32_t> number;
      for (const Cursor& cursor : cursors)
        if (const auto candidate = cursor.next(to); candidate && (!number || *candidate < *number))
          number = candidate;
      if (!number) break;
      if (*number > next) gap(segments, cursors, recorded, next, *number - 1);
      const Node node = decision(cursors, *number, layout);
      segments.add(*number, node, recorded ? recorded->of(*number) : weight_of(node));
      next = *number + 1;
    }
    if (next <= to) gap(segments, cursors, recorded, next, to);
  }

  // What happens to a number that some table has rules about.
  Node decision(std::span<Cursor> cursors, std::uint32_t number, ArgumentLayout layout) {
    together_.clear();
    for (Cursor& cursor : cursors) {
      const policy::Call* const call = cursor.take(number);
      if (call == nullptr) {
        together_.add(cursor.gap(number));
      } else if (!call->cases.empty()) {
        together_.add(*call);
      } else {
        // Nearly every number of a single table.
        if (cursors.size() == 1) return together_.answer(answer_of(call->decision));
        together_.add(answer_of(call->decision));
      }
    }
    return together_.node(layout);
  }

  // Numbers that no rule is about.
  void gap(Segments& segments, std::span<const Cursor> cursors, const std::optional<Recorded>& recorded,
           std::uint32_t from, std::uint32_t to) {
    constexpr std::uint32_t far = 64;  // a gap of more is not what calls fill
    for (std::uint32_t last = to; from <= to; from = last + 1, last = to) {
      answers_.clear();
      for (const Cursor& cursor : cursors) {
        answers_.push_back(cursor.gap(from));
        last = cursor.gap_end(from, last);
      }
      const std::uint32_t numbers = std::min(last - from, far - 1) + 1;
      segments.add(
          from, graph_.answer(most_restrictive(answers_)),
          recorded ? recorded->of(from, last) + Weights::unrecorded * numbers : Weights::denied * numbers);
    }
  }

  // Weights of what was recorded; nothing if nothing was.
  [[nodiscard]] std::optional<Recorded> recorded(std::span<const Cursor> cursors) const {
    if (frequencies_ == nullptr) return std::nullopt;
    std::vector<const Abi*> abis;
    for (const Cursor& cursor : cursors) abis.push_back(cursor.abi());
    return Recorded(*frequencies_, abis);
  }

  [[nodiscard]] std::uint32_t weight_of(Node node) const {
    const Graph::Content& content = graph_[node];
    if (content.kind != Graph::Content::Kind::answer) return Weights::conditional;
    return content.k == SECCOMP_RET_ALLOW ? Weights::bitmap : Weights::denied;
  }

  std::span<const Table> tables_;
  const Frequencies* frequencies_;
  Graph graph_;
  Node foreign_ = graph_.answer(SECCOMP_RET_KILL_THREAD);  // libseccomp's answer to foreign architectures
  Together together_{graph_};
  std::vector<std::uint32_t> answers_;
};

}  // namespace

Program compile(std::span<const Table> tables, const Frequencies* frequencies) {
  Program program = Compiler(tables, frequencies).compile();
#ifndef NDEBUG
  // Large tables take long, and this is for finding mistakes: the tests verify to the end.
  constexpr std::size_t calls = 100000;
  if (const Verification doubt = verify(program, tables, calls); doubt.difference)
    throw Error(concat("the filter compiler is wrong: ", doubt.difference->text(tables.front())));
#endif
  return program;
}

Program compile(const Table& table, const Frequencies* frequencies) {
  return compile(std::span(&table, 1), frequencies);
}

}  // namespace scrim::filter
