// SPDX-License-Identifier: Apache-2.0
// Limits, changed while the container runs.
#include <algorithm>
#include <array>

#include "launcher/cgroup/cgroup.h"
#include "launcher/cgroup/limits.h"
#include "launcher/cgroup/membership.h"
#include "launcher/cgroup/settings.h"
#include "launcher/cgroup/systemd.h"
#include "launcher/cgroup/writes.h"
#include "launcher/os/fd.h"
#include "libprofile/error.h"
#include "libprofile/text.h"

namespace scrim::cgroup {

using document::json::Member;
using document::json::Value;

namespace {

bool is_change(std::string_view name, const Value& value) {
  // Engines that do not mean these leave them out.
  constexpr std::array<std::string_view, 3> zero_counts = {"burst", "idle", "swappiness"};
  return asks_for_something(value) ||
         (value.signed_integer() == 0 &&
          std::find(zero_counts.begin(), zero_counts.end(), name) != zero_counts.end());
}

void merge(Value& into, const Value& changes) {
  for (const Member& member : *changes.object()) {
    Value* known = into.find(member.name);
    if (known != nullptr && known->object() != nullptr && member.value.object() != nullptr)
      merge(*known, member.value);
    else if (is_change(member.name, member.value))
      into.set(member.name, member.value);
  }
}

// Whether the setting ("memory.limit", "hugepageLimits[0].limit", "unified.cpu.weight") is among the changes.
bool is_wanted(const Value& changes, std::string_view setting) {
  if (const Value* whole = changes.find(setting)) return is_change(setting, *whole);
  const std::string_view name = setting.substr(0, setting.find_first_of(".["));
  const Value* value = changes.find(name);
  if (value == nullptr || name.size() == setting.size()) return false;
  if (setting[name.size()] == '[') return asks_for_something(*value);
  return is_wanted(*value, setting.substr(name.size() + 1));
}

bool leaves_idle(const Value& changes) {
  const Value* cpu = changes.find("cpu");
  const Value* idle = cpu == nullptr ? nullptr : cpu->find("idle");
  return idle != nullptr && idle->signed_integer() == 0;
}

// Without places in the file that they were read from once.
Value without_positions(const Value& value) {
  if (const Value::Array* array = value.array()) {
    Value::Array out;
    for (const Value& element : *array) out.push_back(without_positions(element));
    return Value(Value::Data(std::move(out)));
  }
  if (const Value::Object* object = value.object()) {
    Value::Object out;
    for (const Member& member : *object) out.push_back({member.name, {}, without_positions(member.value)});
    return Value(Value::Data(std::move(out)));
  }
  return Value(value.data());
}

// v1 refuses a limit below what is in use and cannot be reclaimed; v2 kills for it, unless it is asked to
// look first.
void check_usage(const Cgroup& cgroup, const Value& all, const Value& changes) {
  const Value* memory = all.find("memory");
  const Value* check = memory == nullptr ? nullptr : memory->find("checkBeforeUpdate");
  if (check == nullptr || check->boolean() == nullptr || !*check->boolean() || !is_v2(cgroup)) return;
  const Value* limit = memory->find("limit");
  if (limit == nullptr || !is_wanted(changes, "memory.limit")) return;
  const std::string in_use = os::read_kernel_file(concat(*directory_of(cgroup, "memory"), "/memory.current"));
  if (limit->signed_integer().value_or(-1) >= 0 && std::stoll(in_use) > limit->signed_integer())
    throw Error(concat("linux.resources.memory.limit: ", *limit->signed_integer(), " is less than the ",
                       std::stoll(in_use), " bytes in use (checkBeforeUpdate is set)"));
}

}  // namespace

Value update_limits(const Cgroup& cgroup, const Value& current, const Value& wanted, const std::string& file,
                    document::Warnings& warnings) {
  if (wanted.object() == nullptr)
    throw document::DocumentError(file, wanted.position(), "an object expected");
  Value changes = wanted;
  changes.erase("devices");
  // No limit of memory and no word of memory with swap: none of that either, whatever it was before.
  if (Value* memory = changes.find("memory"))
    if (const Value* limit = memory->find("limit"); limit != nullptr && limit->signed_integer() == -1) {
      const Value* swap = memory->find("swap");
      if (swap == nullptr || !asks_for_something(*swap)) memory->set("swap", *limit);
    }
  Value all = without_positions(current);
  if (all.object() == nullptr) all = Value(Value::Data(Value::Object{}));
  document::Warnings old_ones;
  const bool v2 = is_v2(cgroup) || cgroup.memberships.empty();
  const std::vector<Write> before = v2 ? limits_v2(all, old_ones) : limits_v1(all, old_ones);
  merge(all, changes);
  std::vector<Write> writes = v2 ? limits_v2(all, warnings, file) : limits_v1(all, warnings, file);
  std::erase_if(writes, [&](const Write& write) {
    const std::string_view setting = std::string_view(write.setting).substr(sizeof "linux.resources");
    // Which leaving idle sets back.
    const bool depends = setting == "cpu.shares" && leaves_idle(changes);
    return !is_wanted(changes, setting) && !depends &&
           std::any_of(before.begin(), before.end(), [&](const Write& other) {
             return other.file == write.file && other.value == write.value;
           });
  });
  check_usage(cgroup, all, changes);
  write_all(cgroup, writes, OnFailure::take_back);
  if (!cgroup.unit.empty()) set_unit_limits(cgroup, all);
  return all;
}

}  // namespace scrim::cgroup
