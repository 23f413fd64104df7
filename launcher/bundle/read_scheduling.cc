// SPDX-License-Identifier: Apache-2.0
// Where and when a process runs: scheduler, ioPriority and execCPUAffinity of process (runtime-spec,
// config.md "Linux Process"), memoryPolicy of linux (runtime-spec 1.3, config-linux.md "Memory policy").
#include <linux/ioprio.h>
#include <linux/mempolicy.h>
#include <linux/sched.h>

#include <array>
#include <charconv>
#include <climits>

#include "launcher/bundle/readers.h"
#include "libprofile/text.h"

namespace scrim::bundle {

namespace {

template <typename T>
struct Named {
  std::string_view name;
  T value;
};

constexpr std::array<Named<std::uint32_t>, 7> policies{{
    {"SCHED_OTHER", SCHED_NORMAL},
    {"SCHED_FIFO", SCHED_FIFO},
    {"SCHED_RR", SCHED_RR},
    {"SCHED_BATCH", SCHED_BATCH},
    {"SCHED_ISO", 4},  // reserved by the kernel: it will say so
    {"SCHED_IDLE", SCHED_IDLE},
    {"SCHED_DEADLINE", SCHED_DEADLINE},
}};

constexpr std::array<Named<std::uint64_t>, 7> policy_flags{{
    {"SCHED_FLAG_RESET_ON_FORK", SCHED_FLAG_RESET_ON_FORK},
    {"SCHED_FLAG_RECLAIM", SCHED_FLAG_RECLAIM},
    {"SCHED_FLAG_DL_OVERRUN", SCHED_FLAG_DL_OVERRUN},
    {"SCHED_FLAG_KEEP_POLICY", SCHED_FLAG_KEEP_POLICY},
    {"SCHED_FLAG_KEEP_PARAMS", SCHED_FLAG_KEEP_PARAMS},
    {"SCHED_FLAG_UTIL_CLAMP_MIN", SCHED_FLAG_UTIL_CLAMP_MIN},
    {"SCHED_FLAG_UTIL_CLAMP_MAX", SCHED_FLAG_UTIL_CLAMP_MAX},
}};

constexpr std::array<Named<int>, 3> io_classes{{
    {"IOPRIO_CLASS_RT", IOPRIO_CLASS_RT},
    {"IOPRIO_CLASS_BE", IOPRIO_CLASS_BE},
    {"IOPRIO_CLASS_IDLE", IOPRIO_CLASS_IDLE},
}};

constexpr std::array<Named<int>, 7> memory_modes{{
    {"MPOL_DEFAULT", MPOL_DEFAULT},
    {"MPOL_PREFERRED", MPOL_PREFERRED},
    {"MPOL_BIND", MPOL_BIND},
    {"MPOL_INTERLEAVE", MPOL_INTERLEAVE},
    {"MPOL_LOCAL", MPOL_LOCAL},
    {"MPOL_PREFERRED_MANY", MPOL_PREFERRED_MANY},
    {"MPOL_WEIGHTED_INTERLEAVE", 6},  // Linux 6.9
}};

constexpr std::array<Named<int>, 3> memory_flags{{
    {"MPOL_F_STATIC_NODES", MPOL_F_STATIC_NODES},
    {"MPOL_F_RELATIVE_NODES", MPOL_F_RELATIVE_NODES},
    {"MPOL_F_NUMA_BALANCING", 1 << 13},
}};

template <typename Table>
auto value_of(const Field& field, const Table& table) {
  const std::string name = field.string();
  std::string known;
  for (const auto& entry : table) {
    if (entry.name == name) return entry.value;
    known += concat(known.empty() ? "" : ", ", entry.name);
  }
  field.fail(concat("must be one of ", known, ", not ", quoted(name)));
}

// "0-3,7" as the kernel writes lists of processors and nodes (cpuset(7), "List format"); every number below
// `end`.
std::vector<unsigned> read_list(const Field& field, unsigned end) {
  const std::string text = field.string();
  const auto refuse = [&](std::string_view why) {
    field.fail(concat("must be a list like 0-3,7, not ", quoted(text), why));
  };
  const auto number = [&](std::string_view digits) {
    unsigned value = 0;
    const auto [rest, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (digits.empty() || error != std::errc() || rest != digits.data() + digits.size()) refuse("");
    if (value >= end) refuse(concat(": the highest number is ", end - 1));
    return value;
  };
  std::vector<unsigned> numbers;
  for (const std::string_view part : split(text, ',')) {
    const std::size_t dash = part.find('-');
    const unsigned first = number(part.substr(0, dash));
    const unsigned last = dash == std::string_view::npos ? first : number(part.substr(dash + 1));
    if (last < first) refuse("");
    for (unsigned next = first; next <= last; ++next) numbers.push_back(next);
  }
  return numbers;
}

std::optional<cpu_set_t> read_processors(const Field& affinity, std::string_view name) {
  if (affinity.string_or_empty(name).empty()) return std::nullopt;
  cpu_set_t set;
  CPU_ZERO(&set);
  for (const unsigned number : read_list(affinity.require(name), CPU_SETSIZE)) CPU_SET(number, &set);
  return set;
}

// Go leaves a zero where nothing is meant.
template <typename T>
T integer_or_zero(const Field& object, std::string_view name) {
  const std::optional<Field> field = object.find(name);
  return field ? field->integer<T>() : T{0};
}

}  // namespace

Scheduler read_scheduler(const Field& field) {
  Scheduler scheduler;
  scheduler.policy = value_of(field.require("policy"), policies);
  if (const auto nice = field.find("nice")) scheduler.nice = nice->integer<std::int32_t>(-20, 19);
  scheduler.priority = static_cast<std::uint32_t>(integer_or_zero<std::int32_t>(field, "priority"));
  if (const auto flags = field.find("flags"))
    for (const Field& flag : flags->elements("strings")) scheduler.flags |= value_of(flag, policy_flags);
  scheduler.runtime = integer_or_zero<std::uint64_t>(field, "runtime");
  scheduler.deadline = integer_or_zero<std::uint64_t>(field, "deadline");
  scheduler.period = integer_or_zero<std::uint64_t>(field, "period");
  const bool real_time = scheduler.policy == SCHED_FIFO || scheduler.policy == SCHED_RR;
  if (scheduler.priority != 0 && !real_time)
    field.require("priority").fail("is for SCHED_FIFO and SCHED_RR only");
  if (scheduler.policy != SCHED_DEADLINE &&
      (scheduler.runtime != 0 || scheduler.deadline != 0 || scheduler.period != 0))
    field.fail("has runtime, deadline or period, which are for SCHED_DEADLINE only");
  return scheduler;
}

int read_io_priority(const Field& field) {
  const int io_class = value_of(field.require("class"), io_classes);
  const std::optional<Field> level = field.find("priority");
  return IOPRIO_PRIO_VALUE(io_class, level ? level->integer<int>(0, 7) : 0);
}

CpuAffinity read_cpu_affinity(const Field& field) {
  return {.initial = read_processors(field, "initial"), .final = read_processors(field, "final")};
}

MemoryPolicy read_memory_policy(const Field& field) {
  MemoryPolicy policy;
  policy.mode = value_of(field.require("mode"), memory_modes);
  if (const auto flags = field.find("flags"))
    for (const Field& flag : flags->elements("strings")) policy.mode |= value_of(flag, memory_flags);
  if (field.string_or_empty("nodes").empty()) return policy;
  constexpr unsigned most_nodes = 1024;  // as many as the kernel can be built for (MAX_NUMNODES)
  constexpr unsigned bits = sizeof(unsigned long) * CHAR_BIT;
  policy.nodes.resize(most_nodes / bits);
  for (const unsigned node : read_list(field.require("nodes"), most_nodes))
    policy.nodes[node / bits] |= 1UL << (node % bits);
  return policy;
}

std::optional<MemoryPolicy> read_memory_policy(const document::json::Value& policy, const std::string& file) {
  if (policy.is_null()) return std::nullopt;
  document::Warnings warnings;
  const Source source{.file = file, .warnings = warnings};
  return read_memory_policy(Field(policy, "linux.memoryPolicy", source));
}

}  // namespace scrim::bundle
