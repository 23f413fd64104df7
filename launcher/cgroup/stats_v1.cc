// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <array>
#include <charconv>

#include "launcher/cgroup/membership.h"
#include "launcher/cgroup/stats_files.h"
#include "libprofile/text.h"

namespace scrim::cgroup {

using document::json::Value;

namespace {

constexpr std::uint64_t nanoseconds = 1'000'000'000;

Value cpu(const Cgroup& cgroup) {
  Members usage;
  if (const std::string* directory = directory_of(cgroup, "cpuacct")) {
    // cpuacct.stat is in clock ticks, the others in nanoseconds.
    const auto ticks = static_cast<std::uint64_t>(sysconf(_SC_CLK_TCK));
    const Numbers stat = read_numbers(*directory, "cpuacct.stat");
    const auto each = [&](std::string_view file) {
      return numbers_in_line(read_file(*directory, file).value_or(""));
    };
    usage.unless_zero("total", read_number(*directory, "cpuacct.usage"))
        .unless_empty("percpu", each("cpuacct.usage_percpu"))
        .unless_empty("percpu_kernel", each("cpuacct.usage_percpu_sys"))
        .unless_empty("percpu_user", each("cpuacct.usage_percpu_user"))
        .always("kernel", number_of(stat, "system") * (nanoseconds / ticks))
        .always("user", number_of(stat, "user") * (nanoseconds / ticks));
  } else {
    usage.always("kernel", 0).always("user", 0);
  }
  Members throttling;
  if (const std::string* directory = directory_of(cgroup, "cpu")) {
    const Numbers stat = read_numbers(*directory, "cpu.stat");
    throttling.unless_zero("periods", number_of(stat, "nr_periods"))
        .unless_zero("throttledPeriods", number_of(stat, "nr_throttled"))
        .unless_zero("throttledTime", number_of(stat, "throttled_time"));
  }
  return Members().add("usage", usage.take()).add("throttling", throttling.take()).take();
}

Value cpuset(const Cgroup& cgroup) {
  const std::string* directory = directory_of(cgroup, "cpuset");
  const auto number = [&](std::string_view file) {
    return directory == nullptr ? std::nullopt : read_number(*directory, file);
  };
  const auto list = [&](std::string_view file) {
    return directory == nullptr ? std::vector<std::uint64_t>()
                                : numbers_in_list(read_file(*directory, file).value_or(""));
  };
  return Members()
      .unless_empty("cpus", list("cpuset.cpus"))
      .always("cpu_exclusive", number("cpuset.cpu_exclusive"))
      .unless_empty("mems", list("cpuset.mems"))
      .always("mem_hardwall", number("cpuset.mem_hardwall"))
      .always("mem_exclusive", number("cpuset.mem_exclusive"))
      .always("memory_migrate", number("cpuset.memory_migrate"))
      .always("memory_spread_page", number("cpuset.memory_spread_page"))
      .always("memory_spread_slab", number("cpuset.memory_spread_slab"))
      .always("memory_pressure", number("cpuset.memory_pressure"))
      .always("sched_load_balance", number("cpuset.sched_load_balance"))
      // The one that can be negative.
      .add("sched_relax_domain_level", Value(Value::Data(static_cast<std::int64_t>(
                                           number("cpuset.sched_relax_domain_level").value_or(0)))))
      .take();
}

Value memory(const Cgroup& cgroup) {
  const std::string* directory = directory_of(cgroup, "memory");
  Members out;
  if (directory == nullptr) return out.take();
  const Numbers stat = read_numbers(*directory, "memory.stat");
  out.unless_zero("cache", number_of(stat, "cache"));
  constexpr std::array<std::pair<std::string_view, std::string_view>, 4> entries = {{
      {"usage", "memory"},
      {"swap", "memory.memsw"},
      {"kernel", "memory.kmem"},
      {"kernelTCP", "memory.kmem.tcp"},
  }};
  for (const auto& [name, file] : entries)
    out.add(name, memory_entry(*directory, concat(file, ".usage_in_bytes"), concat(file, ".limit_in_bytes"),
                               concat(file, ".max_usage_in_bytes"), concat(file, ".failcnt")));
  Members raw;
  for (const auto& [name, number] : stat) raw.always(name, number);
  return out.add("raw", raw.take()).take();
}

// "8:0 Read 4096", "8:0 4096", "Total 0".
void block_io_file(const std::string& directory, std::string_view file, std::string_view name, Members& out) {
  Value::Array entries;
  const std::string text = read_file(directory, file).value_or("");
  for (const std::string_view line : split(text, '\n')) {
    const std::vector<std::string_view> words = split(line, ' ');
    const std::size_t colon = words.front().find(':');
    if (words.size() < 2 || colon == std::string_view::npos) continue;
    const auto number = [](std::string_view word) {
      std::uint64_t value = 0;
      std::from_chars(word.data(), word.data() + word.size(), value);
      return value;
    };
    Members entry;
    entry.unless_zero("major", number(words[0])).unless_zero("minor", number(words[0].substr(colon + 1)));
    if (words.size() > 2) entry.add("op", Value(Value::Data(std::string(words[1]))));
    entries.push_back(entry.unless_zero("value", number(words.back())).take());
  }
  if (!entries.empty()) out.add(name, Value(Value::Data(std::move(entries))));
}

Value block_io(const Cgroup& cgroup) {
  const std::string* directory = directory_of(cgroup, "blkio");
  Members out;
  if (directory == nullptr) return out.take();
  // As runc chooses: BFQ's figures if it has any, what the throttle counts otherwise.
  constexpr std::string_view counted = "io_serviced_recursive";
  const std::string bfq = read_file(*directory, concat("blkio.bfq.", counted)).value_or("");
  const std::string_view prefix = bfq.find(':') != bfq.npos ? "blkio.bfq." : "blkio.throttle.";
  block_io_file(*directory, concat(prefix, "io_service_bytes_recursive"), "ioServiceBytesRecursive", out);
  block_io_file(*directory, concat(prefix, counted), "ioServicedRecursive", out);
  constexpr std::array<std::pair<std::string_view, std::string_view>, 5> debugging = {{
      {"io_queued_recursive", "ioQueueRecursive"},
      {"io_service_time_recursive", "ioServiceTimeRecursive"},
      {"io_wait_time_recursive", "ioWaitTimeRecursive"},
      {"io_merged_recursive", "ioMergedRecursive"},
      {"time_recursive", "ioTimeRecursive"},
  }};
  for (const auto& [file, name] : debugging) block_io_file(*directory, concat("blkio.bfq.", file), name, out);
  block_io_file(*directory, "blkio.bfq.sectors_recursive", "sectorsRecursive", out);
  return out.take();
}

}  // namespace

Value stats_v1(const Cgroup& cgroup) {
  return Members()
      .add("cpu", cpu(cgroup))
      .add("cpuset", cpuset(cgroup))
      .add("memory", memory(cgroup))
      .add("pids", pids_stats(directory_of(cgroup, "pids")))
      .add("blkio", block_io(cgroup))
      .add("hugetlb", hugetlb_stats(directory_of(cgroup, "hugetlb"), ".usage_in_bytes", ".max_usage_in_bytes",
                                    ".failcnt"))
      .take();
}

}  // namespace scrim::cgroup
