// SPDX-License-Identifier: Apache-2.0
#include <sys/personality.h>

#include <catch2/catch.hpp>

#include "libprofile/text.h"
#include "test/unit/spec_fixture.h"

namespace scrim::bundle::test {

namespace {

// The members of linux stand on line 3.
Spec linux_of(const std::string& members) {
  return read(config("", members)).spec;
}
std::string linux_error(const std::string& members) {
  return error_of(config("", members));
}

}  // namespace

TEST_CASE("namespaces are new or joined by an absolute path") {
  const Spec spec = linux_of(R"("namespaces": [{"type": "pid"}, {"type": "network", "path": "/proc/1/ns/net"},
      {"type": "mount", "path": ""}, {"type": "ipc"}, {"type": "uts"}, {"type": "cgroup"}, {"type": "time"}])");
  CHECK(spec.namespaces.size() == 7);
  REQUIRE(spec.find(NamespaceType::network) != nullptr);
  CHECK(spec.find(NamespaceType::network)->path == "/proc/1/ns/net");
  CHECK(spec.find(NamespaceType::mount)->path.empty());
  CHECK(spec.find(NamespaceType::user) == nullptr);

  CHECK(linux_error(R"("namespaces": [{"type": "pid", "path": "ns"}])") ==
        "config.json:3:40: linux.namespaces[0].path must be an absolute path, not \"ns\"");
  CHECK(linux_error(R"("namespaces": [{"type": "pid"}, {"type": "pid", "path": "/p"}])") ==
        "config.json:3:42: linux.namespaces[1].type names the pid namespace a second time");
  CHECK(linux_error(R"("namespaces": [{"type": "net"}])")
            .find("config.json:3:25: linux.namespaces[0].type must be") == 0);
  CHECK(linux_error(R"("namespaces": [{}])") == "config.json:3:16: linux.namespaces[0].type is required");
}

TEST_CASE("id mappings belong to a user namespace") {
  const std::string mapping = R"([{"containerID": 0, "hostID": 100000, "size": 65536}])";
  const std::string both = "\"uidMappings\": " + mapping + ", \"gidMappings\": " + mapping;
  const Spec spec = linux_of(both + R"(, "namespaces": [{"type": "user"}])");
  REQUIRE(spec.uid_mappings.size() == 1);
  CHECK(spec.uid_mappings[0].host_id == 100000);
  CHECK(spec.gid_mappings[0].size == 65536);

  CHECK(linux_error(both) ==
        "config.json:3:16: linux.uidMappings needs a user namespace in linux.namespaces");
  CHECK(linux_error("\"gidMappings\": " + mapping) ==
        "config.json:3:16: linux.gidMappings needs a user namespace in linux.namespaces");
  CHECK(linux_error(R"("uidMappings": [])").empty());
  CHECK(linux_error(R"("namespaces": [{"type": "user"}])") ==
        "config.json:2:10: linux has a new user namespace: it needs uidMappings and gidMappings");
  CHECK(linux_error(R"("namespaces": [{"type": "user", "path": "/proc/1/ns/user"}])").empty());
  CHECK(linux_error(both + R"(, "namespaces": [{"type": "user", "path": "/proc/1/ns/user"}])").empty());
  CHECK(linux_error(R"("uidMappings": [{"containerID": 0, "size": 1}])") ==
        "config.json:3:17: linux.uidMappings[0].hostID is required");
  CHECK(linux_error(R"("uidMappings": [{"containerID": 0, "hostID": 0, "size": 0}])")
            .find("config.json:3:57: linux.uidMappings[0].size must be an integer from 1") == 0);
}

TEST_CASE("devices have a type, a path and, but for fifos, numbers") {
  const Spec spec = linux_of(R"("devices": [
      {"path": "/dev/fuse", "type": "c", "major": 10, "minor": 229, "fileMode": 8630, "uid": 1, "gid": 2},
      {"path": "/dev/sda", "type": "b", "major": 8, "minor": 0}, {"path": "/dev/u", "type": "u", "major": 1, "minor": 3},
      {"path": "/run/fifo", "type": "p"}])");
  REQUIRE(spec.devices.size() == 4);
  CHECK(spec.devices[0].file_mode == 0666U);  // 8630 is 0020666: the type of the file goes
  CHECK(spec.devices[0].minor == 229);
  CHECK(spec.devices[0].uid == 1U);
  CHECK(spec.devices[1].type == 'b');
  CHECK_FALSE(spec.devices[1].file_mode);
  CHECK(spec.devices[2].type == 'c');
  CHECK(spec.devices[3].type == 'p');

  CHECK(linux_error(R"("devices": [{"path": "/dev/x", "type": "x", "major": 1, "minor": 1}])") ==
        "config.json:3:40: linux.devices[0].type must be c, u, b or p, not \"x\"");
  CHECK(linux_error(R"("devices": [{"path": "dev/x", "type": "c", "major": 1, "minor": 1}])")
            .find("config.json:3:22: linux.devices[0].path must be an absolute path") == 0);
  CHECK(linux_error(R"("devices": [{"path": "/dev/x", "type": "c", "major": 1}])") ==
        "config.json:3:13: linux.devices[0].minor is required");
  CHECK(linux_error(R"("devices": [{"path": "/dev/x", "type": "c", "major": 4096, "minor": 0}])") ==
        "config.json:3:54: linux.devices[0].major must be an integer from 0 to 4095, not 4096");
}

TEST_CASE("device rules default to all devices, and -1 is every number") {
  const Spec spec =
      linux_of(R"("resources": {"pids": {"limit": 5}, "devices": [{"allow": false, "access": "rwm"},
      {"allow": true, "type": "c", "major": 1, "minor": -1, "access": "rw"}, {"allow": true, "type": "", "access": "m"}]})");
  REQUIRE(spec.device_rules.size() == 3);
  CHECK_FALSE(spec.device_rules[0].allow);
  CHECK(spec.device_rules[0].type == 'a');
  CHECK_FALSE(spec.device_rules[0].major);
  CHECK(spec.device_rules[1].type == 'c');
  CHECK(spec.device_rules[1].major == 1);
  CHECK_FALSE(spec.device_rules[1].minor);
  CHECK(spec.device_rules[1].access == "rw");
  CHECK(spec.device_rules[2].type == 'a');
  REQUIRE(spec.resources);
  REQUIRE(spec.resources->find("pids") != nullptr);
  CHECK(spec.resources->find("pids")->find("limit")->signed_integer() == 5);

  CHECK(linux_error(R"("resources": {"devices": [{"allow": true, "type": "p", "access": "r"}]})") ==
        "config.json:3:51: linux.resources.devices[0].type must be a, b or c, not \"p\"");
  CHECK(linux_error(R"("resources": {"devices": [{"allow": true, "access": "rx"}]})") ==
        "config.json:3:53: linux.resources.devices[0].access must be made of r, w and m, not \"rx\"");
  CHECK(linux_error(R"("resources": {"devices": [{"allow": true}]})") ==
        "config.json:3:27: linux.resources.devices[0].access is required");
  CHECK(linux_error(R"("resources": {"devices": [{"access": "r"}]})") ==
        "config.json:3:27: linux.resources.devices[0].allow is required");
  CHECK(linux_error(R"("resources": [])") ==
        "config.json:3:14: linux.resources must be an object, not an array");
}

TEST_CASE("kernel parameters are named with dots or slashes") {
  const Spec spec = linux_of(R"("namespaces": [{"type": "network"}, {"type": "ipc"}, {"type": "uts"}],
      "sysctl": {"net.ipv4.ip_forward": "1", "net/ipv4/conf/eth0.100/forwarding": "1",
                 "net.ipv4.conf.eth1/200.forwarding": "0", "kernel.msgmax": "8192", "fs.mqueue.msg_max": "10",
                 "kernel.domainname": "d"})");
  REQUIRE(spec.sysctl.size() == 6);
  CHECK(spec.sysctl[0].name == "net/ipv4/ip_forward");
  CHECK(spec.sysctl[0].value == "1");
  CHECK(spec.sysctl[1].name == "net/ipv4/conf/eth0.100/forwarding");
  CHECK(spec.sysctl[2].name == "net/ipv4/conf/eth1.200/forwarding");
  CHECK(spec.sysctl[3].name == "kernel/msgmax");
}

TEST_CASE("kernel parameters that would change the host are errors") {
  CHECK(linux_error(R"("sysctl": {"net.ipv4.ip_forward": "1"})") ==
        "config.json:3:35: linux.sysctl[\"net.ipv4.ip_forward\"] would change the host: add network to "
        "linux.namespaces or remove the setting");
  CHECK(linux_error(R"("sysctl": {"kernel.shmmax": "1"})").find("add ipc") != std::string::npos);
  CHECK(linux_error(R"("sysctl": {"kernel.domainname": "d"})").find("add uts") != std::string::npos);
  const std::string namespaces =
      R"("namespaces": [{"type": "network"}, {"type": "ipc"}, {"type": "uts"}], "sysctl": )";
  CHECK(linux_error(namespaces + R"({"kernel.core_pattern": "|/x"})").find("belongs to no namespace") !=
        std::string::npos);
  CHECK(linux_error(namespaces + R"({"kernel.hostname": "h"})").find("conflicts with hostname") !=
        std::string::npos);
  for (const char* name :
       {"net/../kernel/core_pattern", "net//x", "/net/x", "net/x/", "net/./x", "", "net/x\\u0000y"}) {
    INFO(name);
    CHECK(linux_error(namespaces + "{\"" + name + "\": \"1\"}").find("is no name of a kernel parameter") !=
          std::string::npos);
  }
  // With dots, "..": what stands between them is empty.
  CHECK(linux_error(namespaces + R"({"net...kernel.core_pattern": "1"})")
            .find("is no name of a kernel parameter") != std::string::npos);
  CHECK(linux_error(namespaces + R"({"net.ipv4.ip_forward": 1})").find("must be a string, not a number") !=
        std::string::npos);
}

TEST_CASE("rootfsPropagation takes the recursive names too") {
  CHECK(linux_of("").rootfs_propagation == Propagation::unset);
  CHECK(linux_of(R"("rootfsPropagation": "")").rootfs_propagation == Propagation::unset);
  CHECK(linux_of(R"("rootfsPropagation": "rslave")").rootfs_propagation == Propagation::slave);
  CHECK(linux_of(R"("rootfsPropagation": "shared")").rootfs_propagation == Propagation::shared);
  CHECK(linux_of(R"("rootfsPropagation": "rprivate")").rootfs_propagation == Propagation::private_);
  CHECK(linux_of(R"("rootfsPropagation": "unbindable")").rootfs_propagation == Propagation::unbindable);
  CHECK(linux_error(R"("rootfsPropagation": "public")") ==
        "config.json:3:22: linux.rootfsPropagation must be shared, slave, private or unbindable, not "
        "\"public\"");
}

TEST_CASE("masked and read-only paths are absolute and need a mount namespace") {
  const Spec spec = linux_of(R"("namespaces": [{"type": "mount"}], "maskedPaths": ["/proc/kcore"],
      "readonlyPaths": ["/proc/sys"])");
  CHECK(spec.masked_paths == std::vector<std::string>{"/proc/kcore"});
  CHECK(spec.readonly_paths == std::vector<std::string>{"/proc/sys"});
  CHECK(linux_error(R"("maskedPaths": ["/proc/kcore"])")
            .find("config.json:3:16: linux.maskedPaths needs a mount namespace") == 0);
  CHECK(linux_error(R"("readonlyPaths": [])").empty());
  CHECK(linux_error(R"("readonlyPaths": ["/a", "proc/sys"])") ==
        "config.json:3:25: linux.readonlyPaths[1] must be an absolute path, not \"proc/sys\"");
}

TEST_CASE("personality has a domain and no flags") {
  CHECK_FALSE(linux_of("").personality);
  CHECK(linux_of(R"("personality": {"domain": "LINUX"})").personality == std::uint64_t{PER_LINUX});
  CHECK(linux_of(R"("personality": {"domain": "LINUX32", "flags": []})").personality ==
        std::uint64_t{PER_LINUX32});
  CHECK(linux_error(R"("personality": {})") == "config.json:3:16: linux.personality.domain is required");
  CHECK(linux_error(R"("personality": {"domain": "BSD"})") ==
        "config.json:3:27: linux.personality.domain must be LINUX or LINUX32, not \"BSD\"");
  CHECK(linux_error(R"("personality": {"domain": "LINUX", "flags": ["ADDR_NO_RANDOMIZE"]})")
            .find("config.json:3:45: linux.personality.flags must be empty") == 0);
}

TEST_CASE("cgroupsPath and mountLabel are kept as written") {
  const Spec spec = linux_of(R"("cgroupsPath": "system.slice:scrim:x", "mountLabel": "l")");
  CHECK(spec.cgroups_path == "system.slice:scrim:x");
  CHECK(spec.mount_label == "l");
}

TEST_CASE("timeOffsets are of a new time namespace") {
  const Spec spec = linux_of(
      R"("namespaces": [{"type": "time"}], "timeOffsets": {"boottime": {"secs": -5, "nanosecs": 6}})");
  REQUIRE(spec.time_offsets.size() == 1);
  CHECK(spec.time_offsets[0].clock == "boottime");
  CHECK(spec.time_offsets[0].seconds == -5);
  CHECK(spec.time_offsets[0].nanoseconds == 6);
  CHECK(linux_error(R"("timeOffsets": {"boottime": {"secs": 5}})") ==
        "config.json:3:16: linux.timeOffsets needs a new time namespace in linux.namespaces");
  CHECK(linux_error(
            R"("namespaces": [{"type": "time", "path": "/x"}], "timeOffsets": {"boottime": {"secs": 5}})")
            .find("linux.timeOffsets needs a new time namespace") != std::string::npos);
  CHECK(linux_error(R"("timeOffsets": {})").empty());
}

TEST_CASE("memoryPolicy becomes what set_mempolicy(2) takes") {
  const Spec spec = linux_of(
      R"("memoryPolicy": {"mode": "MPOL_INTERLEAVE", "nodes": "0,65", "flags": ["MPOL_F_STATIC_NODES"]})");
  REQUIRE(spec.memory_policy);
  CHECK(spec.memory_policy->mode == (3 | (1 << 15)));
  CHECK(spec.memory_policy->nodes.at(0) == 1);
  CHECK(spec.memory_policy->nodes.at(1) == 2);
  CHECK(linux_of(R"("memoryPolicy": {"mode": "MPOL_LOCAL"})").memory_policy->nodes.empty());
  CHECK(linux_error(R"("memoryPolicy": {})").find("linux.memoryPolicy.mode is required") !=
        std::string::npos);
}

TEST_CASE("netDevices: names as the kernel takes them") {
  const Spec spec = linux_of(
      R"("namespaces": [{"type": "network"}], "netDevices": {"eth5": {"name": "in%d"}, "eth6": {}, "eth7": {"name": ""}})");
  REQUIRE(spec.net_devices.size() == 3);
  CHECK(spec.net_devices[0].host_name == "eth5");
  CHECK(spec.net_devices[0].name == "in%d");
  CHECK(spec.net_devices[1].name == "eth6");
  const auto error = [](const std::string& devices) {
    return linux_error(concat(R"("namespaces": [{"type": "network"}], "netDevices": )", devices));
  };
  CHECK(error(R"({"eth5": {"name": "a/b"}})").find("has a network device called \"a/b\"") !=
        std::string::npos);
  CHECK(error(R"({"sixteen-letters-": {}})").find("1 to 15 characters") != std::string::npos);
  CHECK(error(R"({"eth5": {"name": "%s"}})").find("in %d") != std::string::npos);
  CHECK(error(R"({"eth5": {"name": "x"}, "eth6": {"name": "x"}})").find("has the name of another one: x") !=
        std::string::npos);
  CHECK(linux_error(R"("netDevices": {"eth5": {}})").find("needs a network namespace in linux.namespaces") !=
        std::string::npos);
}

TEST_CASE("what scrim cannot carry out is refused, not left out") {
  CHECK(linux_error(R"("intelRdt": {"closID": "x"})")
            .find("config.json:3:13: linux.intelRdt is not supported") == 0);
  CHECK(linux_error(R"("intelRdt": {}, "netDevices": {})").empty());
}

}  // namespace scrim::bundle::test
