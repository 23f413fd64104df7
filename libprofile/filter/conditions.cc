// SPDX-License-Identifier: Apache-2.0
#include "libprofile/filter/conditions.h"

#include <algorithm>
#include <utility>

#include "libprofile/filter/call_names.h"
#include "libprofile/filter/disassemble.h"
#include "libprofile/text.h"

namespace scrim::filter {

namespace {

constexpr std::uint64_t most32 = 0xffffffff;

std::string value_text(std::uint64_t value) {
  constexpr std::uint64_t small = 10;
  return value < small ? std::to_string(value) : hexadecimal(value);
}

std::string ranges_text(const std::string& subject, const ValueRanges& values, std::uint64_t most) {
  const ValueRanges others = complement(values, most);
  const auto points = [](const ValueRanges& ranges) {
    return !ranges.empty() &&
           std::ranges::all_of(ranges, [](const ValueRange& each) { return each.first == each.last; });
  };
  const auto list = [](const ValueRanges& ranges) {
    std::vector<std::string> all;
    for (const ValueRange& each : ranges)
      all.push_back(each.first == each.last ? value_text(each.first)
                                            : concat(value_text(each.first), "..", value_text(each.last)));
    return join(all);
  };
  if (single(values)) return concat(subject, " == ", value_text(values.front().first));
  if (single(others)) return concat(subject, " != ", value_text(others.front().first));
  if (values.size() == 1) {
    const ValueRange& only = values.front();
    if (only.first == 0) return concat(subject, " <= ", value_text(only.last));
    if (only.last == most) return concat(subject, " >= ", value_text(only.first));
  }
  if (points(others) && !points(values)) return concat(subject, " not in {", list(others), "}");
  return concat(subject, " in {", list(values), "}");
}

std::string masked_text(const std::string& subject, const MaskedTest& test) {
  std::string cut = concat("(", subject, " & ", hexadecimal(test.mask), ")");
  if (test.kind == MaskedTest::Kind::above)
    return concat(cut, test.holds ? " > " : " <= ", value_text(test.value));
  return concat(cut, test.holds ? " == " : " != ", value_text(test.value));
}

std::size_t size_of(const Alternative& alternative) {
  std::size_t size = 1;
  for (const ArgumentValues& each : alternative.arguments)
    size += each.whole.size() + each.low.size() + each.masked.size();
  return size;
}

}  // namespace

std::string text_of(const Alternative& alternative, std::string_view call, bool wide) {
  std::vector<std::string> all;
  for (unsigned i = 0; i <= pointer_argument; ++i) {
    const ArgumentValues& values = alternative.arguments.at(i);
    const std::string_view known = i == pointer_argument ? "instruction_pointer" : argument_name(call, i);
    const std::string subject = known.empty() ? concat("arg", i) : std::string(known);
    if (!values.whole.empty()) all.push_back(ranges_text(subject, values.whole, most64));
    if (!values.low.empty())
      all.push_back(ranges_text(wide ? concat("(", subject, " & 0xffffffff)") : subject, values.low, most32));
    for (const MaskedTest& test : values.masked) all.push_back(masked_text(subject, test));
  }
  if (alternative.maybe) all.emplace_back("something that it computes");
  return join(all, " and ");
}

Cases cases_of(const Outcome& outcome, std::uint32_t arch, bool wide, std::string_view call) {
  const std::vector<Alternative> alternatives = alternatives_of(outcome, arch);
  std::vector<std::pair<std::uint32_t, std::size_t>> sizes;
  for (const Alternative& alternative : alternatives) {
    auto found = std::ranges::find(sizes, alternative.answer, &std::pair<std::uint32_t, std::size_t>::first);
    if (found == sizes.end()) found = sizes.insert(sizes.end(), {alternative.answer, 0});
    found->second += size_of(alternative);
  }
  Cases out;
  if (sizes.empty()) return out;
  // Of equal ones the more restrictive, which is the lower number as a signed one (fuse.h).
  out.otherwise = std::ranges::max_element(sizes, [](const auto& a, const auto& b) {
                    return a.second != b.second
                               ? a.second < b.second
                               : static_cast<std::int32_t>(a.first) > static_cast<std::int32_t>(b.first);
                  })->first;
  for (const auto& [answer, size] : sizes) {
    if (answer == out.otherwise) continue;
    Case each{answer, {}};
    for (const Alternative& alternative : alternatives)
      if (alternative.answer == answer) each.conditions.push_back(text_of(alternative, call, wide));
    out.cases.push_back(std::move(each));
  }
  return out;
}

// Of more ways than anybody reads.
static std::string answers_text(const Outcome& outcome) {
  constexpr std::size_t most_names = 8;
  std::vector<std::uint32_t> answers;
  for (const Path& path : outcome.paths) answers.push_back(path.answer);
  std::ranges::sort(answers);
  answers.erase(std::unique(answers.begin(), answers.end()), answers.end());
  std::vector<std::string> names;
  for (std::size_t i = 0; i < answers.size() && i < most_names; ++i) names.push_back(answer_name(answers[i]));
  if (answers.size() > most_names) names.push_back(concat(answers.size() - most_names, " other answers"));
  return concat("by arguments, in ", outcome.paths.size(), " ways: ", join(names, " or "));
}

std::string text_of(const Outcome& outcome, std::uint32_t arch, bool wide, std::string_view call) {
  if (outcome.cannot_tell) {
    std::vector<std::string> names;
    for (const std::uint32_t answer : outcome.answers) names.push_back(answer_name(answer));
    return names.empty() ? std::string("cannot tell") : concat("cannot tell: ", join(names, " or "));
  }
  constexpr std::size_t most_ways = 256;
  constexpr std::size_t most_told = 32;
  if (outcome.paths.size() > most_ways) return answers_text(outcome);
  const Cases cases = cases_of(outcome, arch, wide, call);
  std::size_t told = 0;
  for (const Case& each : cases.cases) told += each.conditions.size();
  if (told > most_told) return answers_text(outcome);
  std::string text;
  for (const Case& each : cases.cases)
    text += concat(answer_name(each.answer), " if ", join(each.conditions, " or "), "; ");
  return concat(text, text.empty() ? "" : "otherwise ", answer_name(cases.otherwise));
}

}  // namespace scrim::filter
