// SPDX-License-Identifier: Apache-2.0
#include "launcher/cgroup/systemd.h"

#include <catch2/catch.hpp>

#include "launcher/cgroup/systemd_properties.h"
#include "libprofile/text.h"

using namespace scrim;
using Catch::Matchers::Contains;

namespace {

std::string unit(const std::string& cgroups_path, bool user = false) {
  const cgroup::Unit one = cgroup::systemd_unit(cgroups_path, "id", user);
  return concat(one.slice, " ", one.name);
}

std::string properties(std::string_view resources, bool v2) {
  std::string out;
  for (const auto& property :
       cgroup::systemd_properties(document::json::parse(resources, "resources.json"), v2))
    out +=
        concat(*property.find("name")->string(), "=", document::json::to_text(*property.find("value")), " ");
  return out;
}

}  // namespace

TEST_CASE("cgroupsPath names a unit of systemd") {
  CHECK(unit("a-b.slice:pre:name") == "a-b.slice pre-name.scope");
  CHECK(unit("a.slice::name") == "a.slice name.scope");
  CHECK(unit(":pre:name") == "system.slice pre-name.scope");
  CHECK(unit("") == "system.slice scrim-id.scope");
  CHECK(unit("", true) == "user.slice scrim-id.scope");
  CHECK(unit("a.slice:pre:b.slice") == "a.slice b.slice");
  for (const char* path : {"/a/b", "a", "a:b", "a:b:c:d", "a:b:", "a/b:c:d"})
    CHECK_THROWS_WITH(unit(path), Contains("slice:prefix:name"));
}

TEST_CASE("Limits are properties of a unit in systemd's units") {
  constexpr std::string_view resources =
      R"({"memory": {"limit": 100, "swap": 150, "reservation": 50}, "pids": {"limit": -1},
          "cpu": {"shares": 1024, "quota": 33333, "period": 100000, "cpus": "0,9-10", "mems": "1"},
          "blockIO": {"weight": 1000}})";
  CHECK(properties(resources, true) ==
        "MemoryMax=100 MemoryLow=50 MemorySwapMax=50 CPUWeight=100 CPUQuotaPeriodUSec=100000 "
        "CPUQuotaPerSecUSec=340000 AllowedCPUs=[1,6] AllowedMemoryNodes=[2] IOWeight=10000 "
        "TasksMax=18446744073709551615 ");
  CHECK(properties(resources, false) ==
        "MemoryLimit=100 CPUShares=1024 CPUQuotaPeriodUSec=100000 CPUQuotaPerSecUSec=340000 "
        "BlockIOWeight=1000 TasksMax=18446744073709551615 ");
  CHECK(properties(R"({"memory": {"limit": -1}, "cpu": {"quota": -1}})", true) ==
        "MemoryMax=18446744073709551615 MemorySwapMax=18446744073709551615 "
        "CPUQuotaPerSecUSec=18446744073709551615 ");
  CHECK(
      properties(R"({"memory": {"limit": 0}, "cpu": {"shares": 0, "cpus": ""}, "pids": {"limit": 0}})", true)
          .empty());
}
