// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "launcher/cgroup/cgroup.h"
#include "libprofile/document/json.h"

// Reading control files, and building what read_stats() returns.
namespace scrim::cgroup {

// The file's text; nothing if there is no such file. Throws SystemError otherwise.
[[nodiscard]] std::optional<std::string> read_file(const std::string& directory, std::string_view file);

// A number alone in a file; "max" is the largest. Nothing if there is no such file.
[[nodiscard]] std::optional<std::uint64_t> read_number(const std::string& directory, std::string_view file);

// Lines of a name and a number.
using Numbers = std::vector<std::pair<std::string, std::uint64_t>>;
[[nodiscard]] Numbers read_numbers(const std::string& directory, std::string_view file);
[[nodiscard]] std::uint64_t number_of(const Numbers& numbers, std::string_view name);

// "1 2 3\n"
[[nodiscard]] std::vector<std::uint64_t> numbers_in_line(std::string_view line);

// "0-2,7" as 0, 1, 2, 7.
[[nodiscard]] std::vector<std::uint64_t> numbers_in_list(std::string_view list);

// An object with all its members, and with those that are not zero: Go's "omitempty".
class Members {
 public:
  Members& always(std::string_view name, std::optional<std::uint64_t> number);
  Members& unless_zero(std::string_view name, std::optional<std::uint64_t> number);
  Members& unless_empty(std::string_view name, const std::vector<std::uint64_t>& numbers);
  Members& add(std::string_view name, document::json::Value value);
  [[nodiscard]] document::json::Value take() { return std::move(value_); }

 private:
  document::json::Value value_{document::json::Value::Data(document::json::Value::Object{})};
};

// Each version's reading of the parts that differ.
[[nodiscard]] document::json::Value stats_v1(const Cgroup& cgroup);
[[nodiscard]] document::json::Value stats_v2(const std::string& directory);

// The parts that do not.
[[nodiscard]] document::json::Value pids_stats(const std::string* directory);
// For each size of pages that the directory has files of; endings as ".usage_in_bytes", or "" for none.
[[nodiscard]] document::json::Value hugetlb_stats(const std::string* directory, std::string_view usage,
                                                  std::string_view most, std::string_view failures);
[[nodiscard]] document::json::Value memory_entry(const std::string& directory, std::string_view usage,
                                                 std::string_view limit, std::string_view most,
                                                 std::string_view failures);

}  // namespace scrim::cgroup
