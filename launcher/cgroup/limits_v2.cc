// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cmath>

#include "launcher/cgroup/limits.h"
#include "launcher/cgroup/settings.h"
#include "libprofile/text.h"

namespace scrim::cgroup {

std::uint64_t weight_of_shares(std::uint64_t shares) {
  if (shares <= 2) return 1;
  if (shares >= 262144) return 10000;
  const double log = std::log2(static_cast<double>(shares));
  const double exponent = (log * log + 125 * log) / 612 - 7.0 / 34;
  // The curve's own points are whole numbers: rounding errors must not lift them to the next one.
  return static_cast<std::uint64_t>(std::ceil(std::pow(10, exponent) - 1e-6));
}

namespace {

using Writes = std::vector<Write>;

void add(Writes& writes, std::string setting, const std::string& file, std::string value) {
  writes.push_back({std::move(setting), file.substr(0, file.find('.')), file, std::move(value), "", ""});
}

std::string or_max(std::int64_t limit) {
  return limit < 0 ? "max" : std::to_string(limit);
}

void memory(Settings from, Writes& writes, document::Warnings& warnings) {
  const auto limit = from.limit("limit");
  const auto swap = from.limit("swap");  // memory and swap together, as v1 counts; v2 counts swap alone
  if (limit) add(writes, from.name_of("limit"), "memory.max", or_max(*limit));
  if (const auto reservation = from.limit("reservation"))
    add(writes, from.name_of("reservation"), "memory.low", or_max(*reservation));
  std::string swap_only;
  if (swap && *swap > 0) {
    if (!limit || *limit < 0)
      from.refuse("swap", "needs a memory limit (it counts memory and swap together)");
    if (*swap < *limit)
      from.refuse("swap", "is less than the memory limit (it counts memory and swap together)");
    swap_only = std::to_string(*swap - *limit);
  } else if (swap || limit == -1) {
    swap_only = "max";
  }
  if (!swap_only.empty()) {
    add(writes, from.name_of("swap"), "memory.swap.max", swap_only);
    // A kernel that accounts no swap lets it be used freely or has none.
    writes.back().optional = swap_only == "max" || swap_only == "0";
  }
  (void)from.boolean("checkBeforeUpdate");  // compares with what is in use: nothing is before the start
  (void)from.boolean("useHierarchy");       // v2 knows no other way
  from.warn_of_rest(" on cgroup v2", warnings);
}

void cpu(Settings from, Writes& writes, document::Warnings& warnings) {
  const auto weight = [&] {
    const auto shares = from.limit("shares");
    if (!shares) return;
    if (*shares < 0) from.refuse("shares", "cannot be negative");
    add(writes, from.name_of("shares"), "cpu.weight",
        std::to_string(weight_of_shares(static_cast<std::uint64_t>(*shares))));
  };
  // An idle cgroup takes no weight, and leaving idle sets it back (sched_group_set_idle() of the kernel).
  const bool idle = from.limit("idle").has_value();
  if (idle) weight();
  const auto quota = from.limit("quota");
  const auto period = from.limit("period");
  if (quota || period)
    add(writes, from.name_of(quota ? "quota" : "period"), "cpu.max",
        concat(or_max(quota.value_or(-1)), " ", period.value_or(100000)));
  // Of these two zero means something; a kernel without them does it anyway.
  for (const auto& [member, file] : {std::pair("burst", "cpu.max.burst"), std::pair("idle", "cpu.idle")})
    if (const auto value = from.integer(member)) {
      add(writes, from.name_of(member), file, std::to_string(*value));
      writes.back().optional = *value == 0;
    }
  if (!idle) weight();
  for (const std::string_view member : {"cpus", "mems"})
    if (const std::string list = from.string(member); !list.empty())
      add(writes, from.name_of(member), concat("cpuset.", member), list);
  from.warn_of_rest(" on cgroup v2", warnings);
}

void block_io(Settings from, Writes& writes, document::Warnings& warnings) {
  // blkio weights (10 to 1000) are BFQ's too, io.weight has 1 to 10000.
  const auto weight = [&](Settings& in, const std::string& device) {
    const auto value = in.limit("weight");
    if (!value) return;
    if (*value < 10 || *value > 1000) in.refuse("weight", "10 to 1000 is allowed");
    writes.push_back({in.name_of("weight"), "io", "io.bfq.weight", concat(device, *value), "io.weight",
                      concat(device, 1 + (*value - 10) * 9999 / 990)});
  };
  const auto number = [](Settings& device) {
    return concat(device.integer("major").value_or(0), ":", device.integer("minor").value_or(0), " ");
  };
  weight(from, "");
  for (Settings& device : from.objects("weightDevice")) {
    weight(device, number(device));
    device.warn_of_rest(" on cgroup v2", warnings);
  }
  constexpr std::array<std::pair<std::string_view, std::string_view>, 4> throttles = {{
      {"throttleReadBpsDevice", "rbps"},
      {"throttleWriteBpsDevice", "wbps"},
      {"throttleReadIOPSDevice", "riops"},
      {"throttleWriteIOPSDevice", "wiops"},
  }};
  for (const auto& [member, key] : throttles)
    for (Settings& device : from.objects(member)) {
      const auto rate = device.integer("rate").value_or(0);
      add(writes, device.name_of("rate"), "io.max",
          concat(number(device), key, "=", rate == 0 ? "max" : or_max(rate)));
    }
  from.warn_of_rest(" on cgroup v2", warnings);
}

}  // namespace

std::vector<Write> limits_v2(const document::json::Value& resources, document::Warnings& warnings,
                             const std::string& file) {
  Settings from(&resources, "linux.resources", file);
  Writes writes;
  (void)from.objects("devices");
  memory(from.object("memory"), writes, warnings);
  cpu(from.object("cpu"), writes, warnings);
  Settings pids = from.object("pids");
  if (const auto limit = pids.limit("limit")) add(writes, pids.name_of("limit"), "pids.max", or_max(*limit));
  block_io(from.object("blockIO"), writes, warnings);
  for (Settings& page : from.objects("hugepageLimits")) {
    const std::string size = page.string("pageSize");
    if (size.empty() || size.find('/') != size.npos) page.refuse("pageSize", "a size as \"2MB\" is wanted");
    // What is used, and what is reserved where the kernel counts that (Linux 5.7).
    for (const std::string_view counted : {"", ".rsvd"})
      add(writes, page.name_of("limit"), concat("hugetlb.", size, counted, ".max"),
          std::to_string(page.integer("limit").value_or(0)));
    writes.back().optional = true;
  }
  for (auto& [device, rdma] : from.object("rdma").each_object()) {
    const auto handles = rdma.integer("hcaHandles");
    const auto objects = rdma.integer("hcaObjects");
    add(writes, rdma.name_of("hcaHandles"), "rdma.max",
        concat(device, handles ? concat(" hca_handle=", *handles) : "",
               objects ? concat(" hca_object=", *objects) : ""));
  }
  // Last: what is written in v2's own terms is the final word.
  Settings unified = from.object("unified");
  for (auto& [name, value] : unified.each_string()) {
    if (name.empty() || name.find('/') != name.npos || name.find('\0') != name.npos)
      unified.refuse(name, "a control file's name is wanted");
    add(writes, unified.name_of(name), name, value);
  }
  from.warn_of_rest(" on cgroup v2", warnings);
  return writes;
}

}  // namespace scrim::cgroup
