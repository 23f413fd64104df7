// SPDX-License-Identifier: Apache-2.0
#include "libprofile/filter/encode.h"

#include <linux/bpf_common.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <map>
#include <utility>
#include <vector>

#include "libprofile/filter/compose.h"

namespace scrim::filter {

using Node = Graph::Node;
using Kind = Graph::Content::Kind;

namespace {

// What the accumulator holds: a word of the call cut to a mask.
struct Accumulator {
  static constexpr Word nothing = 0xff;
  Word word = nothing;
  std::uint32_t mask = 0;
  friend bool operator==(const Accumulator&, const Accumulator&) = default;
};

// Writes the program from its end to its beginning, so that where a jump goes to is known when it is written.
// Positions count from the end.
class Encoder {
 public:
  explicit Encoder(const Graph& graph) : graph_(graph) {
    // Most nodes are entered with the accumulator that they need.
    entered_.assign(graph.size(), unwritten);
  }

  Program encode(Node root) {
    write(root, {});
    // JAs between the beginning and the root would be executed; there are none, because the root is written
    // last.
    std::ranges::reverse(code_);
    return std::move(code_);
  }

 private:
  static constexpr std::size_t unwritten = std::numeric_limits<std::size_t>::max();
  // jt and jf reach 255 instructions; three are kept for the JAs and copies that the same test may put in
  // between.
  static constexpr std::size_t reach = 252;

  static sock_filter statement(unsigned code, std::uint32_t k) {
    return {static_cast<std::uint16_t>(code), 0, 0, k};
  }

  std::size_t push(const sock_filter& instruction) {
    code_.push_back(instruction);
    return code_.size() - 1;
  }

  // Where the node begins for that accumulator, written if it was not before. Depth is bounded by the number
  // of nodes, which encode() limits.
  std::size_t write(Node node, Accumulator held) {
    const Graph::Content& content = graph_[node];
    if (content.kind == Kind::answer) return entered_[node] == unwritten ? copy(node) : entered_[node];
    const Accumulator needed{content.word, content.mask};
    if (held == needed) {
      if (entered_[node] == unwritten) entered_[node] = test(content, held);
      return entered_[node];
    }
    // Load first. Behind the load it is the same code, whatever was held; an AND suffices for a word that is
    // held in full.
    const bool cut_only = held.word == needed.word && held.mask == 0xffffffff;
    const auto key = std::pair(node, cut_only);
    if (const auto found = loaded_.find(key); found != loaded_.end()) return found->second;
    const std::size_t begin = write(node, needed);
    std::size_t at = adjacent(begin);
    if (needed.mask != 0xffffffff) at = push(statement(BPF_ALU | BPF_AND | BPF_K, needed.mask));
    if (!cut_only) {
      if (const auto found = loaded_.find({node, false}); found != loaded_.end()) return found->second;
      at = push(statement(BPF_LD | BPF_W | BPF_ABS, std::uint32_t{needed.word} * sizeof(std::uint32_t)));
    }
    loaded_[key] = at;
    return at;
  }

  // Makes `begin` what the next instruction falls through to.
  std::size_t adjacent(std::size_t begin) {
    if (begin + 1 == code_.size()) return begin;
    return push(statement(BPF_JMP | BPF_JA, static_cast<std::uint32_t>(code_.size() - begin - 1)));
  }

  std::size_t copy(Node answer) {
    return entered_[answer] = push(statement(BPF_RET | BPF_K, graph_[answer].k));
  }

  std::size_t test(const Graph::Content& content, Accumulator held) {
    // What is written last is nearest. The outcome that takes more code goes first, so that fewer jumps have
    // to reach over it; nodes made later are larger.
    std::size_t yes = 0;
    std::size_t no = 0;
    if (content.no > content.yes) {
      no = write(content.no, held);
      yes = write(content.yes, held);
    } else {
      yes = write(content.yes, held);
      no = write(content.no, held);
    }
    yes = reachable(content.yes, yes);
    no = reachable(content.no, no);
    unsigned code = BPF_JEQ;
    if (content.comparison == Comparison::at_least) code = BPF_JGE;
    if (content.comparison == Comparison::any_bit) code = BPF_JSET;
    const std::size_t here = code_.size();
    return push({static_cast<std::uint16_t>(BPF_JMP | code | BPF_K),
                 static_cast<std::uint8_t>(here - yes - 1), static_cast<std::uint8_t>(here - no - 1),
                 content.k});
  }

  // A copy of an answer, or a JA, near enough. Later tests use the same one while they reach it.
  std::size_t reachable(Node node, std::size_t begin) {
    const auto near = [&](std::size_t at) { return code_.size() - at - 1 <= reach; };
    if (near(begin)) return begin;
    if (graph_[node].kind == Kind::answer) {
      if (!near(entered_[node])) copy(node);
      return entered_[node];
    }
    if (const auto found = hops_.find(begin); found != hops_.end() && near(found->second))
      return found->second;
    return hops_[begin] =
               push(statement(BPF_JMP | BPF_JA, static_cast<std::uint32_t>(code_.size() - begin - 1)));
  }

  const Graph& graph_;
  Program code_;                                         // backwards
  std::vector<std::size_t> entered_;                     // with the accumulator that the node needs
  std::map<std::pair<Node, bool>, std::size_t> loaded_;  // with another one; with the whole word
  std::map<std::size_t, std::size_t> hops_;              // the nearest JA to a position
};

}  // namespace

Program encode(const Graph& graph, Node root, const std::string& name) {
  // Each node is an instruction at least; this bounds the depth of what follows.
  check_length(graph.reachable(root), name);
  Program program = Encoder(graph).encode(root);
  check_length(program.size(), name);
  return program;
}

}  // namespace scrim::filter
