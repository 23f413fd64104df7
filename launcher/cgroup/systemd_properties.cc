// SPDX-License-Identifier: Apache-2.0
#include "launcher/cgroup/systemd_properties.h"

#include <limits>
#include <optional>

#include "launcher/cgroup/limits.h"
#include "launcher/cgroup/settings.h"
#include "launcher/cgroup/stats_files.h"

namespace scrim::cgroup {

using document::json::Value;

namespace {

constexpr std::uint64_t infinity = std::numeric_limits<std::uint64_t>::max();

std::uint64_t or_infinity(std::int64_t limit) {
  return limit < 0 ? infinity : static_cast<std::uint64_t>(limit);
}

// Processors or memory nodes as bits, the lowest first.
Value bits(std::string_view list) {
  std::vector<std::uint64_t> bytes;
  for (const std::uint64_t number : numbers_in_list(list)) {
    if (number >= 8192) continue;  // more than Linux can be built for
    if (number / 8 >= bytes.size()) bytes.resize(number / 8 + 1);
    bytes[number / 8] |= std::uint64_t{1} << number % 8;
  }
  Value::Array array;
  for (const std::uint64_t byte : bytes) array.emplace_back(Value::Data(byte));
  return Value(Value::Data(std::move(array)));
}

}  // namespace

Value systemd_property(std::string_view name, std::string_view type, Value value) {
  Value property;
  property.set("name", Value(Value::Data(std::string(name))));
  property.set("type", Value(Value::Data(std::string(type))));
  property.set("value", std::move(value));
  return property;
}

Value::Array systemd_properties(const Value& resources, bool v2) {
  Value::Array properties;
  const auto number = [&](std::string_view name, std::uint64_t value) {
    properties.push_back(systemd_property(name, "t", Value(Value::Data(value))));
  };
  Settings from(&resources, "linux.resources", "config.json");
  Settings memory = from.object("memory");
  const auto limit = memory.limit("limit");
  const auto swap = memory.limit("swap");
  if (limit) number(v2 ? "MemoryMax" : "MemoryLimit", or_infinity(*limit));
  if (v2) {
    if (const auto reservation = memory.limit("reservation")) number("MemoryLow", or_infinity(*reservation));
    if (swap && limit && *swap >= *limit && *limit > 0)
      number("MemorySwapMax", static_cast<std::uint64_t>(*swap - *limit));
    else if (swap == -1 || limit == -1)
      number("MemorySwapMax", infinity);
  }
  Settings cpu = from.object("cpu");
  if (const auto shares = cpu.limit("shares"); shares && *shares > 0)
    number(v2 ? "CPUWeight" : "CPUShares",
           v2 ? weight_of_shares(static_cast<std::uint64_t>(*shares)) : static_cast<std::uint64_t>(*shares));
  const auto period = cpu.limit("period");
  const auto quota = cpu.limit("quota");
  if (period && *period > 0) number("CPUQuotaPeriodUSec", static_cast<std::uint64_t>(*period));
  if (quota && *quota > 0) {
    // Of each second; systemd rounds down to ten milliseconds of it, and what it takes away would be missed.
    constexpr std::uint64_t second = 1'000'000;
    constexpr std::uint64_t step = 10'000;
    const std::uint64_t of_second =
        static_cast<std::uint64_t>(*quota) * second / static_cast<std::uint64_t>(period.value_or(100'000));
    number("CPUQuotaPerSecUSec", (of_second + step - 1) / step * step);
  } else if (quota) {
    number("CPUQuotaPerSecUSec", infinity);
  }
  if (v2) {
    if (const std::string cpus = cpu.string("cpus"); !cpus.empty())
      properties.push_back(systemd_property("AllowedCPUs", "ay", bits(cpus)));
    if (const std::string mems = cpu.string("mems"); !mems.empty())
      properties.push_back(systemd_property("AllowedMemoryNodes", "ay", bits(mems)));
  }
  if (const auto weight = from.object("blockIO").limit("weight"); weight && *weight > 0)
    number(v2 ? "IOWeight" : "BlockIOWeight", v2 ? static_cast<std::uint64_t>(1 + (*weight - 10) * 9999 / 990)
                                                 : static_cast<std::uint64_t>(*weight));
  if (const auto pids = from.object("pids").limit("limit")) number("TasksMax", or_infinity(*pids));
  return properties;
}

}  // namespace scrim::cgroup
