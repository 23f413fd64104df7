// SPDX-License-Identifier: Apache-2.0
#include "libprofile/filter/own.h"

#include <linux/audit.h>
#include <linux/seccomp.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <optional>
#include <vector>

#include "libprofile/error.h"
#include "libprofile/filter/call_graph.h"
#include "libprofile/filter/compose.h"
#include "libprofile/filter/encode.h"
#include "libprofile/filter/fuse.h"
#include "libprofile/filter/number_decision.h"
#include "libprofile/filter/search_tree.h"
#include "libprofile/filter/verify.h"
#include "libprofile/filter/weights.h"
#include "libprofile/policy/abi.h"
#include "libprofile/text.h"

namespace scrim::filter {

using document::Architecture;
using policy::Abi;
using policy::Table;
using Node = Graph::Node;

namespace {

constexpr std::uint32_t no_call = 0xffffffff;  // -1: a tracer has the call skipped

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

    const std::optional<RecordedWeights> recorded = this->recorded(cursors);
    std::uint32_t next = from;
    for (;;) {
      std::optional<std::uint32_t> number;
      for (const Cursor& cursor : cursors)
        if (const auto candidate = cursor.next(to); candidate && (!number || *candidate < *number))
          number = candidate;
      if (!number) break;
      if (*number > next) gap(segments, cursors, recorded, next, *number - 1);
      const Node node = decision(cursors, *number, layout);
      check_size(node);
      segments.add(*number, node, recorded ? recorded->of(*number) : weight_of(node));
      next = *number + 1;
    }
    if (next <= to) gap(segments, cursors, recorded, next, to);
  }

  // What happens to a number that some table has rules about.
  Node decision(std::span<Cursor> cursors, std::uint32_t number, ArgumentLayout layout) {
    decision_.clear();
    for (Cursor& cursor : cursors) {
      const policy::Call* const call = cursor.take(number);
      if (call == nullptr) {
        decision_.add(cursor.gap(number));
      } else if (!call->cases.empty()) {
        decision_.add(*call);
      } else {
        // Nearly every number of a single table.
        if (cursors.size() == 1) return decision_.answer(answer_of(call->decision));
        decision_.add(answer_of(call->decision));
      }
    }
    return decision_.node(layout);
  }

  // The program will be too long when all is put together, with the number of its instructions; where it
  // would be beyond all bounds, nothing is gained by making the rest.
  void check_size(Node decision) {
    if (graph_[decision].kind == Graph::Content::Kind::answer) return;
    constexpr std::size_t beyond = 100'000;
    needed_.add(decision);
    if (needed_.size() > beyond) check_length(needed_.size(), tables_.front().name, true);
  }

  // Numbers that no rule is about.
  void gap(Segments& segments, std::span<const Cursor> cursors,
           const std::optional<RecordedWeights>& recorded, std::uint32_t from, std::uint32_t to) {
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
  [[nodiscard]] std::optional<RecordedWeights> recorded(std::span<const Cursor> cursors) const {
    if (frequencies_ == nullptr) return std::nullopt;
    std::vector<const Abi*> abis;
    for (const Cursor& cursor : cursors) abis.push_back(cursor.abi());
    return RecordedWeights(*frequencies_, abis);
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
  NumberDecision decision_{graph_};
  Reach needed_{graph_};  // of the decisions so far
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
