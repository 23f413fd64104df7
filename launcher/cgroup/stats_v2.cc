// SPDX-License-Identifier: Apache-2.0
// v2's figures under v1's names and in v1's units, as runc gives them.
#include <array>
#include <charconv>
#include <limits>

#include "launcher/cgroup/stats_files.h"
#include "libprofile/text.h"

namespace scrim::cgroup {

using document::json::Value;

namespace {

Value cpu(const std::string& directory) {
  constexpr std::uint64_t nanoseconds = 1000;  // in the microseconds of cpu.stat
  const Numbers stat = read_numbers(directory, "cpu.stat");
  return Members()
      .add("usage", Members()
                        .unless_zero("total", number_of(stat, "usage_usec") * nanoseconds)
                        .always("kernel", number_of(stat, "system_usec") * nanoseconds)
                        .always("user", number_of(stat, "user_usec") * nanoseconds)
                        .take())
      .add("throttling", Members()
                             .unless_zero("periods", number_of(stat, "nr_periods"))
                             .unless_zero("throttledPeriods", number_of(stat, "nr_throttled"))
                             .unless_zero("throttledTime", number_of(stat, "throttled_usec") * nanoseconds)
                             .take())
      .take();
}

Value cpuset(const std::string& directory) {
  Members out;
  out.unless_empty("cpus", numbers_in_list(read_file(directory, "cpuset.cpus.effective").value_or("")));
  out.always("cpu_exclusive", 0);
  out.unless_empty("mems", numbers_in_list(read_file(directory, "cpuset.mems.effective").value_or("")));
  for (const std::string_view none :
       {"mem_hardwall", "mem_exclusive", "memory_migrate", "memory_spread_page", "memory_spread_slab",
        "memory_pressure", "sched_load_balance", "sched_relax_domain_level"})
    out.always(none, 0);
  return out.take();
}

// v1 counts memory and swap together.
Value swap(const std::string& directory) {
  constexpr std::uint64_t none = std::numeric_limits<std::uint64_t>::max();
  const auto swapped = read_number(directory, "memory.swap.current");
  if (!swapped)
    return Members().always("limit", 0).always("failcnt", 0).take();  // the kernel does not count it
  const std::uint64_t of_swap = read_number(directory, "memory.swap.max").value_or(none);
  const std::uint64_t of_memory = read_number(directory, "memory.max").value_or(none);
  const bool limited = of_swap != none && of_memory != none;
  return Members()
      .always("limit", limited ? of_swap + of_memory : none)
      .unless_zero("usage", *swapped + read_number(directory, "memory.current").value_or(0))
      .always("failcnt", 0)
      .take();
}

Value memory(const std::string& directory) {
  const Numbers stat = read_numbers(directory, "memory.stat");
  const auto nothing = [] { return Members().always("limit", 0).always("failcnt", 0).take(); };
  Members raw;
  for (const auto& [name, number] : stat) raw.always(name, number);
  return Members()
      .unless_zero("cache", number_of(stat, "file"))
      .add("usage", memory_entry(directory, "memory.current", "memory.max", "memory.peak", ""))
      .add("swap", swap(directory))
      .add("kernel", nothing())
      .add("kernelTCP", nothing())
      .add("raw", raw.take())
      .take();
}

// "8:0 rbytes=4096 wbytes=0 rios=1 wios=0 dbytes=0 dios=0"
Value block_io(const std::string& directory) {
  struct Kind {
    std::string_view key, operation;
    bool bytes;
  };
  constexpr std::array<Kind, 4> kinds = {{{"rbytes", "Read", true},
                                          {"wbytes", "Write", true},
                                          {"rios", "Read", false},
                                          {"wios", "Write", false}}};
  const auto number = [](std::string_view word) {
    std::uint64_t value = 0;
    std::from_chars(word.data(), word.data() + word.size(), value);
    return value;
  };
  Value::Array bytes, operations;
  const std::string text = read_file(directory, "io.stat").value_or("");
  for (const std::string_view line : split(text, '\n')) {
    const std::vector<std::string_view> words = split(line, ' ');
    const std::size_t colon = words.front().find(':');
    if (colon == std::string_view::npos) continue;
    for (const std::string_view word : words)
      for (const Kind& kind : kinds)
        if (word.starts_with(concat(kind.key, "=")))
          (kind.bytes ? bytes : operations)
              .push_back(Members()
                             .unless_zero("major", number(words[0]))
                             .unless_zero("minor", number(words[0].substr(colon + 1)))
                             .add("op", Value(Value::Data(std::string(kind.operation))))
                             .unless_zero("value", number(word.substr(kind.key.size() + 1)))
                             .take());
  }
  Members out;
  if (!bytes.empty()) out.add("ioServiceBytesRecursive", Value(Value::Data(std::move(bytes))));
  if (!operations.empty()) out.add("ioServicedRecursive", Value(Value::Data(std::move(operations))));
  return out.take();
}

}  // namespace

Value stats_v2(const std::string& directory) {
  return Members()
      .add("cpu", cpu(directory))
      .add("cpuset", cpuset(directory))
      .add("memory", memory(directory))
      .add("pids", pids_stats(&directory))
      .add("blkio", block_io(directory))
      .add("hugetlb", hugetlb_stats(&directory, ".current", "", ".events"))
      .take();
}

}  // namespace scrim::cgroup
