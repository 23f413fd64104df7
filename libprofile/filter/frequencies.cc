// SPDX-License-Identifier: Apache-2.0
#include "libprofile/filter/frequencies.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <limits>
#include <optional>
#include <vector>

#include "libprofile/error.h"
#include "libprofile/text.h"

namespace scrim::filter {

namespace {

using Words = std::vector<std::string_view>;

Words words_of(std::string_view line) {
  constexpr std::string_view space = " \t\r";
  Words words;
  for (std::size_t at = line.find_first_not_of(space); at != std::string_view::npos;
       at = line.find_first_not_of(space, at)) {
    const std::size_t end = std::min(line.find_first_of(space, at), line.size());
    words.push_back(line.substr(at, end - at));
    at = end;
  }
  return words;
}

bool is_name(std::string_view word) {
  const auto part = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  return std::ranges::all_of(word, part) && !(word.front() >= '0' && word.front() <= '9');
}

std::optional<std::uint64_t> count_of(std::string_view word) {
  std::uint64_t count = 0;
  const auto end = std::from_chars(word.data(), word.data() + word.size(), count);
  if (end.ec != std::errc() || end.ptr != word.data() + word.size()) return std::nullopt;
  return count;
}

class Reader {
 public:
  explicit Reader(const std::string& file) : file_(file) {}

  Frequencies read(std::string_view text) {
    const std::vector<std::string_view> lines = split(text, '\n');
    // A table's header is a line with both words; in strace's the name comes last, in perf's first.
    const bool table =
        std::ranges::any_of(lines, [](std::string_view line) { return is_header(words_of(line)); });
    for (std::size_t i = 0; i < lines.size(); ++i) {
      const Words words = words_of(lines[i]);
      if (table)
        of_table(words);
      else
        of_list(words, i + 1);
    }
    if (frequencies_.empty())
      throw Error(
          concat(file_,
                 ": no system calls: this takes what `strace -c` or `perf trace -s` printed, or lines "
                 "\"NAME COUNT\""));
    return std::move(frequencies_);
  }

 private:
  static bool is_header(const Words& words) {
    return std::ranges::find(words, "calls") != words.end() &&
           std::ranges::find(words, "syscall") != words.end();
  }

  void add(std::string_view name, std::uint64_t count) {
    std::uint64_t& sum = frequencies_[std::string(name)];
    sum += std::min(count, std::numeric_limits<std::uint64_t>::max() - sum);
  }

  void of_table(const Words& words) {
    if (is_header(words)) {
      name_first_ = words.front() == "syscall";
      in_table_ = true;
      const auto at = std::ranges::find(words, "calls") - words.begin();
      // "% time" is one column.
      calls_ = static_cast<std::size_t>(at) - (words.front() == "%" ? 1 : 0);
      return;
    }
    if (!in_table_) return;
    // Behind strace's table comes a line of dashes, then the sum.
    if (!name_first_ && !words.empty() && words.back() == "total") in_table_ = false;
    // Numbers are left out at the end only (errors).
    if (!in_table_ || words.size() <= calls_ || words.size() < 2) return;
    const std::string_view name = name_first_ ? words.front() : words.back();
    const std::optional<std::uint64_t> count = count_of(words[calls_]);
    if (count && is_name(name)) add(name, *count);
  }

  void of_list(const Words& words, std::size_t line) {
    if (words.empty() || words.front().front() == '#') return;
    const std::optional<std::uint64_t> count = words.size() == 2 ? count_of(words[1]) : std::nullopt;
    if (!count || !is_name(words.front()))
      throw Error(concat(file_, ":", line,
                         ": a line is \"NAME COUNT\" (or the file is what `strace -c` or `perf trace -s` "
                         "printed, with its header)"));
    add(words.front(), *count);
  }

  const std::string& file_;
  Frequencies frequencies_;
  bool in_table_ = false;
  std::size_t calls_ = 0;  // the column of that name
  bool name_first_ = false;
};

}  // namespace

Frequencies read_frequencies(std::string_view text, const std::string& file) {
  return Reader(file).read(text);
}

}  // namespace scrim::filter
