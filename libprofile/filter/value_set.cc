// SPDX-License-Identifier: Apache-2.0
#include "libprofile/filter/value_set.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <optional>
#include <vector>

namespace scrim::filter {

using Node = Graph::Node;

namespace {

// The values `base`, with any of the bits `free` set as well.
struct Cube {
  std::uint32_t base = 0;
  std::uint32_t free = 0;
  std::size_t size = 0;
  Node target = 0;

  [[nodiscard]] bool has(std::uint32_t value) const { return (value & ~free) == base; }
  // In instructions, against one comparison for each value.
  [[nodiscard]] bool worth_it() const { return base == 0 ? size >= 2 : size >= 4; }
};

// Larger sets are ranges, or hopeless.
constexpr std::size_t largest_set = 64;

Cube grown(const std::vector<std::uint32_t>& sorted, std::uint32_t from) {
  std::vector<std::uint32_t> members{from};
  std::uint32_t free = 0;
  const auto has = [&](std::uint32_t value) { return std::ranges::binary_search(sorted, value); };
  for (std::uint32_t bit = 1; bit != 0; bit <<= 1U) {
    const bool every = std::ranges::all_of(members, [&](std::uint32_t value) { return has(value ^ bit); });
    if (!every) continue;
    const std::size_t count = members.size();
    for (std::size_t i = 0; i < count; ++i) members.push_back(members[i] ^ bit);
    free |= bit;
  }
  return {from & ~free, free, members.size(), 0};
}

// The largest cube of single values, if there is a worthwhile one.
std::optional<Cube> largest_cube(const std::vector<Segment>& segments, Node background) {
  std::map<Node, std::vector<std::uint32_t>> values;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const std::uint32_t next = i + 1 < segments.size() ? segments[i + 1].first : 0;  // 2^32
    if (segments[i].target != background && next - segments[i].first == 1)
      values[segments[i].target].push_back(segments[i].first);
  }
  std::optional<Cube> best;
  for (const auto& [target, sorted] : values) {
    if (sorted.size() < 2 || sorted.size() > largest_set) continue;
    for (const std::uint32_t value : sorted) {
      Cube cube = grown(sorted, value);
      cube.target = target;
      if (cube.worth_it() && (!best || cube.size > best->size)) best = cube;
    }
  }
  return best;
}

Node widest(const std::vector<Segment>& segments) {
  std::map<Node, std::uint64_t> widths;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const std::uint64_t end = i + 1 < segments.size() ? segments[i + 1].first : std::uint64_t{1} << 32;
    widths[segments[i].target] += end - segments[i].first;
  }
  return std::ranges::max_element(widths, {}, [](const auto& each) { return each.second; })->first;
}

}  // namespace

Node value_set_tree(Graph& graph, Word word, const Segments& segments) {
  // An instruction counts as much as a step of a value that is as likely as the others.
  constexpr std::uint32_t test_cost = 1;
  const std::vector<Segment>& all = segments.all();
  const auto cube =
      all.size() > 2 && all.size() < 4 * largest_set ? largest_cube(all, widest(all)) : std::optional<Cube>();
  if (!cube) return search_tree(graph, word, segments, test_cost);
  const Node background = widest(all);
  Segments others;
  for (const Segment& segment : all) {
    const bool taken = segment.target == cube->target && cube->has(segment.first);
    others.add(segment.first, taken ? background : segment.target, segment.weight);
  }
  const Node rest = value_set_tree(graph, word, others);
  if (cube->base == 0) return graph.test(word, Comparison::any_bit, ~cube->free, rest, cube->target);
  return graph.test(word, Comparison::equal, cube->base, cube->target, rest, ~cube->free);
}

}  // namespace scrim::filter
