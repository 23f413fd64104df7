// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "launcher/cgroup/limits.h"
#include "launcher/cgroup/settings.h"
#include "libprofile/text.h"

namespace scrim::cgroup {

namespace {

class Plan {
 public:
  // The controller is the file name's first part, as the kernel names them; the cpuset's is given.
  void add(std::string setting, std::string_view controller, std::string file, std::string value) {
    writes_.push_back(
        {std::move(setting), std::string(controller), std::move(file), std::move(value), "", ""});
  }
  void number(Settings& from, std::string_view member, std::string_view controller, std::string_view file) {
    if (const auto value = from.limit(member))
      add(from.name_of(member), controller, std::string(file), std::to_string(*value));
  }
  void text(Settings& from, std::string_view member, std::string_view controller, std::string_view file) {
    if (const std::string value = from.string(member); !value.empty())
      add(from.name_of(member), controller, std::string(file), value);
  }
  std::vector<Write> writes_;
};

void memory(Settings from, Plan& plan, document::Warnings& warnings) {
  const auto limit = from.limit("limit");
  auto swap = from.limit("swap");
  // The whole is not smaller than its part: no limit of memory, none of memory with swap.
  if (limit == -1 && !swap) swap = -1;
  if (limit) plan.add(from.name_of("limit"), "memory", "memory.limit_in_bytes", std::to_string(*limit));
  if (swap) plan.add(from.name_of("swap"), "memory", "memory.memsw.limit_in_bytes", std::to_string(*swap));
  plan.number(from, "reservation", "memory", "memory.soft_limit_in_bytes");
  plan.number(from, "kernelTCP", "memory", "memory.kmem.tcp.limit_in_bytes");
  // Zero means something here; -1 is how engines write "not set".
  if (const auto swappiness = from.integer("swappiness"); swappiness && *swappiness != -1) {
    if (*swappiness < 0 || *swappiness > 100) from.refuse("swappiness", "0 to 100 is allowed");
    plan.add(from.name_of("swappiness"), "memory", "memory.swappiness", std::to_string(*swappiness));
  }
  if (from.boolean("disableOOMKiller"))
    plan.add(from.name_of("disableOOMKiller"), "memory", "memory.oom_control", "1");
  (void)from.boolean("checkBeforeUpdate");  // compares with what is in use: nothing is before the start
  (void)from.boolean("useHierarchy");       // the kernel knows no other way since Linux 5.11
  from.warn_of_rest(" on cgroup v1", warnings);
}

void cpu(Settings from, Plan& plan, document::Warnings& warnings) {
  // An idle cgroup takes no shares, and leaving idle sets them back (sched_group_set_idle() of the kernel).
  const bool idle = from.limit("idle").has_value();
  if (idle) plan.number(from, "shares", "cpu", "cpu.shares");
  plan.number(from, "period", "cpu", "cpu.cfs_period_us");
  plan.number(from, "quota", "cpu", "cpu.cfs_quota_us");
  plan.number(from, "realtimePeriod", "cpu", "cpu.rt_period_us");
  plan.number(from, "realtimeRuntime", "cpu", "cpu.rt_runtime_us");
  // Of these two zero means something; a kernel without them does it anyway.
  for (const auto& [member, file] : {std::pair("burst", "cpu.cfs_burst_us"), std::pair("idle", "cpu.idle")})
    if (const auto value = from.integer(member)) {
      plan.add(from.name_of(member), "cpu", file, std::to_string(*value));
      plan.writes_.back().optional = *value == 0;
    }
  if (!idle) plan.number(from, "shares", "cpu", "cpu.shares");
  plan.text(from, "cpus", "cpuset", "cpuset.cpus");
  plan.text(from, "mems", "cpuset", "cpuset.mems");
  from.warn_of_rest(" on cgroup v1", warnings);
}

void block_io(Settings from, Plan& plan, document::Warnings& warnings) {
  const auto weight = [&](Settings& in, std::string_view member, const std::string& device,
                          const std::string& file, const std::string& other) {
    const auto value = in.limit(member);
    if (!value) return;
    const std::string text = concat(device, *value);
    plan.writes_.push_back({in.name_of(member), "blkio", file, text, other, text});
  };
  const auto number = [](Settings& device) {
    return concat(device.integer("major").value_or(0), ":", device.integer("minor").value_or(0), " ");
  };
  // CFQ's files are gone since Linux 5.0; BFQ's have other names.
  weight(from, "weight", "", "blkio.weight", "blkio.bfq.weight");
  weight(from, "leafWeight", "", "blkio.leaf_weight", "");
  for (Settings& device : from.objects("weightDevice")) {
    weight(device, "weight", number(device), "blkio.weight_device", "blkio.bfq.weight_device");
    weight(device, "leafWeight", number(device), "blkio.leaf_weight_device", "");
  }
  constexpr std::array<std::pair<std::string_view, std::string_view>, 4> throttles = {{
      {"throttleReadBpsDevice", "blkio.throttle.read_bps_device"},
      {"throttleWriteBpsDevice", "blkio.throttle.write_bps_device"},
      {"throttleReadIOPSDevice", "blkio.throttle.read_iops_device"},
      {"throttleWriteIOPSDevice", "blkio.throttle.write_iops_device"},
  }};
  for (const auto& [member, file] : throttles)
    for (Settings& device : from.objects(member))
      plan.add(device.name_of("rate"), "blkio", std::string(file),
               concat(number(device), device.integer("rate").value_or(0)));
  from.warn_of_rest(" on cgroup v1", warnings);
}

void network(Settings from, Plan& plan, document::Warnings& warnings) {
  plan.number(from, "classID", "net_cls", "net_cls.classid");
  for (Settings& priority : from.objects("priorities"))
    plan.add(priority.name_of("priority"), "net_prio", "net_prio.ifpriomap",
             concat(priority.string("name"), " ", priority.integer("priority").value_or(0)));
  from.warn_of_rest(" on cgroup v1", warnings);
}

}  // namespace

std::vector<Write> limits_v1(const document::json::Value& resources, document::Warnings& warnings,
                             const std::string& file) {
  Settings from(&resources, "linux.resources", file);
  Plan plan;
  (void)from.objects("devices");
  memory(from.object("memory"), plan, warnings);
  cpu(from.object("cpu"), plan, warnings);
  Settings pids = from.object("pids");
  if (const auto limit = pids.limit("limit"))
    plan.add(pids.name_of("limit"), "pids", "pids.max", *limit < 0 ? "max" : std::to_string(*limit));
  block_io(from.object("blockIO"), plan, warnings);
  for (Settings& page : from.objects("hugepageLimits")) {
    const std::string size = page.string("pageSize");
    if (size.empty() || size.find('/') != size.npos) page.refuse("pageSize", "a size as \"2MB\" is wanted");
    // What is used, and what is reserved where the kernel counts that (Linux 5.7).
    for (const std::string_view counted : {"", ".rsvd"})
      plan.add(page.name_of("limit"), "hugetlb", concat("hugetlb.", size, counted, ".limit_in_bytes"),
               std::to_string(page.integer("limit").value_or(0)));
    plan.writes_.back().optional = true;
  }
  network(from.object("network"), plan, warnings);
  for (auto& [device, rdma] : from.object("rdma").each_object()) {
    const auto handles = rdma.integer("hcaHandles");
    const auto objects = rdma.integer("hcaObjects");
    plan.add(rdma.name_of("hcaHandles"), "rdma", "rdma.max",
             concat(device, handles ? concat(" hca_handle=", *handles) : "",
                    objects ? concat(" hca_object=", *objects) : ""));
  }
  for (const auto& [name, value] : from.object("unified").each_string())
    from.refuse("unified", concat("\"", name, "\" cannot be set: this host has cgroup v1"));
  from.warn_of_rest("", warnings);
  return std::move(plan.writes_);
}

}  // namespace scrim::cgroup
