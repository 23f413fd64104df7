// SPDX-License-Identifier: Apache-2.0
#include "launcher/cgroup/stats_files.h"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <limits>

#include "launcher/os/directory.h"
#include "launcher/os/fd.h"
#include "libprofile/error.h"
#include "libprofile/text.h"

namespace scrim::cgroup {

using document::json::Value;

std::optional<std::string> read_file(const std::string& directory, std::string_view file) {
  try {
    return os::read_kernel_file(concat(directory, "/", file));
  } catch (const SystemError& error) {
    if (error.code() == ENOENT || error.code() == EOPNOTSUPP) return std::nullopt;
    throw;
  }
}

static std::uint64_t to_number(std::string_view text) {
  if (text.starts_with("max")) return std::numeric_limits<std::uint64_t>::max();
  std::uint64_t number = 0;
  std::int64_t negative = 0;
  if (text.starts_with('-')) {
    std::from_chars(text.data(), text.data() + text.size(), negative);
    return static_cast<std::uint64_t>(negative);
  }
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

std::optional<std::uint64_t> read_number(const std::string& directory, std::string_view file) {
  const std::optional<std::string> text = read_file(directory, file);
  return text ? std::optional(to_number(*text)) : std::nullopt;
}

Numbers read_numbers(const std::string& directory, std::string_view file) {
  Numbers numbers;
  const std::string text = read_file(directory, file).value_or("");
  for (const std::string_view line : split(text, '\n'))
    if (const std::size_t space = line.find(' '); space != line.npos)
      numbers.emplace_back(line.substr(0, space), to_number(line.substr(space + 1)));
  return numbers;
}

std::uint64_t number_of(const Numbers& numbers, std::string_view name) {
  const auto found =
      std::find_if(numbers.begin(), numbers.end(), [&](const auto& one) { return one.first == name; });
  return found == numbers.end() ? 0 : found->second;
}

std::vector<std::uint64_t> numbers_in_line(std::string_view line) {
  std::vector<std::uint64_t> numbers;
  for (const std::string_view word : split(line.substr(0, line.find('\n')), ' '))
    if (!word.empty()) numbers.push_back(to_number(word));
  return numbers;
}

std::vector<std::uint64_t> numbers_in_list(std::string_view list) {
  std::vector<std::uint64_t> numbers;
  for (const std::string_view part : split(list.substr(0, list.find('\n')), ',')) {
    if (part.empty()) continue;
    const std::size_t dash = part.find('-');
    const std::uint64_t last = to_number(dash == part.npos ? part : part.substr(dash + 1));
    for (std::uint64_t number = to_number(part); number <= last; ++number) numbers.push_back(number);
  }
  return numbers;
}

Members& Members::add(std::string_view name, Value value) {
  value_.set(name, std::move(value));
  return *this;
}

Members& Members::always(std::string_view name, std::optional<std::uint64_t> number) {
  return add(name, Value(Value::Data(number.value_or(0))));
}

Members& Members::unless_zero(std::string_view name, std::optional<std::uint64_t> number) {
  return number.value_or(0) == 0 ? *this : always(name, number);
}

Members& Members::unless_empty(std::string_view name, const std::vector<std::uint64_t>& numbers) {
  if (numbers.empty()) return *this;
  Value::Array array;
  for (const std::uint64_t number : numbers) array.emplace_back(Value::Data(number));
  return add(name, Value(Value::Data(std::move(array))));
}

Value pids_stats(const std::string* directory) {
  if (directory == nullptr) return Members().take();
  const std::optional<std::uint64_t> limit = read_number(*directory, "pids.max");
  return Members()
      .unless_zero("current", read_number(*directory, "pids.current"))
      .unless_zero("limit", limit == std::numeric_limits<std::uint64_t>::max() ? std::nullopt : limit)
      .take();
}

Value hugetlb_stats(const std::string* directory, std::string_view usage, std::string_view most,
                    std::string_view failures) {
  Members out;
  if (directory == nullptr) return out.take();
  constexpr std::string_view prefix = "hugetlb.";
  const os::Fd opened(open(directory->c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!opened) return out.take();
  for (const std::string& name : os::names_in(opened, *directory)) {
    if (!name.starts_with(prefix) || !name.ends_with(usage) || name.find(".rsvd.") != name.npos) continue;
    const std::string page(name.substr(prefix.size(), name.size() - prefix.size() - usage.size()));
    const std::string file = concat(prefix, page);
    // v2 has it among others in a file of lines, v1 alone.
    const Numbers events = read_numbers(*directory, concat(file, failures));
    Members one;
    one.unless_zero("usage", read_number(*directory, name))
        .unless_zero("max", most.empty() ? std::nullopt : read_number(*directory, concat(file, most)))
        .always("failcnt",
                events.empty() ? read_number(*directory, concat(file, failures)) : number_of(events, "max"));
    out.add(page, one.take());
  }
  return out.take();
}

Value memory_entry(const std::string& directory, std::string_view usage, std::string_view limit,
                   std::string_view most, std::string_view failures) {
  return Members()
      .always("limit", read_number(directory, limit))
      .unless_zero("usage", read_number(directory, usage))
      .unless_zero("max", most.empty() ? std::nullopt : read_number(directory, most))
      .always("failcnt", failures.empty() ? std::nullopt : read_number(directory, failures))
      .take();
}

}  // namespace scrim::cgroup
