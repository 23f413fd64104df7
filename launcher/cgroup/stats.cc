// SPDX-License-Identifier: Apache-2.0
#include "launcher/cgroup/stats.h"

#include "launcher/cgroup/membership.h"
#include "launcher/cgroup/stats_files.h"

namespace scrim::cgroup {

using document::json::Value;

Value read_stats(const Cgroup& cgroup) {
  Value stats = is_v2(cgroup) ? stats_v2(cgroup.memberships.front().path) : stats_v1(cgroup);
  // runc has members for what it does not measure for such containers either.
  stats.set("intel_rdt", Members().take());
  stats.set("network_interfaces", Value());
  return stats;
}

}  // namespace scrim::cgroup
