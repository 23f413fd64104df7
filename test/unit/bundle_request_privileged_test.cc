// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "libprofile/document/file.h"
#include "libprofile/resolve/bundle_request.h"
#include "libprofile/resolve/privilege.h"

using namespace scrim;
using namespace scrim::resolve;
using document::json::Value;

namespace {

constexpr CapabilitySet all_of_linux_6{(std::uint64_t{1} << 41) - 1};

Value captured(const std::string& name) {
  const std::string path = SCRIM_TEST_DATA "/resolve/" + name + ".json";
  return document::json::parse(document::read_text(path), path);
}

// Docker's privileged container with other device rules.
Value with_devices(const std::string& rules) {
  Value config = captured("docker-20.10-privileged");
  config.find("linux")->find("resources")->set("devices", document::json::parse(rules, "devices"));
  return config;
}

CapabilitySet without_sys_resource() {
  CapabilitySet set = all_of_linux_6;
  set.remove(*CapabilitySet::number_of("CAP_SYS_RESOURCE"));
  return set;
}

}  // namespace

TEST_CASE("a privileged container is recognised as Docker, Podman and containerd make it") {
  // Docker's own table of capabilities ends before the kernel's.
  CHECK(looks_privileged(captured("docker-20.10-privileged"), all_of_linux_6));
  // These engines gave all that they had themselves.
  CHECK(looks_privileged(captured("podman-4.3-privileged"), without_sys_resource()));
  CHECK(looks_privileged(captured("containerd-1.6-privileged"), without_sys_resource()));
}

TEST_CASE("all capabilities alone do not make a container privileged") {
  CHECK_FALSE(looks_privileged(captured("docker-20.10-cap-add-all"), all_of_linux_6));
  CHECK_FALSE(looks_privileged(captured("podman-4.3-cap-add-all-unmasked"), without_sys_resource()));
  CHECK_FALSE(looks_privileged(captured("containerd-1.6-default"), all_of_linux_6));
}

TEST_CASE("a capability that the engine could have given and did not is the end of privilege") {
  // Podman's set lacks CAP_SYS_RESOURCE; here there was one to give.
  CHECK_FALSE(looks_privileged(captured("podman-4.3-privileged"), all_of_linux_6));
}

TEST_CASE("a gap below the highest capability is no older table") {
  Value config = captured("docker-20.10-privileged");
  Value::Array* bounding = config.find("process")->find("capabilities")->find("bounding")->array();
  bounding->push_back(Value(std::string("CAP_CHECKPOINT_RESTORE")));
  CHECK_FALSE(looks_privileged(config, all_of_linux_6));
  bounding->push_back(Value(std::string("CAP_PERFMON")));
  bounding->push_back(Value(std::string("CAP_BPF")));
  CHECK(looks_privileged(config, all_of_linux_6));
}

TEST_CASE("an engine that has next to no capabilities itself makes nothing privileged") {
  Value config = captured("containerd-1.6-default");
  config.find("linux")->erase("maskedPaths");
  config.find("linux")->erase("readonlyPaths");
  config.find("linux")
      ->find("resources")
      ->set("devices", document::json::parse(R"([{"allow": true, "access": "rwm"}])", ""));
  CHECK_FALSE(looks_privileged(config, CapabilitySet{0xa80425fb}));
}

TEST_CASE("one masked or read-only path is no privileged container") {
  const auto* const list = GENERATE("maskedPaths", "readonlyPaths");
  Value config = captured("docker-20.10-privileged");
  config.find("linux")->set(list, document::json::parse("[]", ""));
  CHECK(looks_privileged(config, all_of_linux_6));
  config.find("linux")->set(list, document::json::parse(R"(["/proc/kcore"])", ""));
  CHECK_FALSE(looks_privileged(config, all_of_linux_6));
}

TEST_CASE("device rules that end with every device allowed are recognised in each way of writing") {
  const auto* const rules = GENERATE(
      R"([{"allow": true, "type": "a", "access": "rwm"}])",
      R"([{"allow": true, "type": "", "access": "mwr"}])",
      R"([{"allow": true, "type": "a", "major": -1, "minor": -1, "access": "rwm"}])",
      R"([{"allow": false, "access": "rwm"}, {"allow": true, "access": "rwm"}])",
      R"([{"allow": true, "access": "rwm"}, {"allow": true, "type": "c", "major": 1, "access": "r"}])");
  CAPTURE(rules);
  CHECK(looks_privileged(with_devices(rules), all_of_linux_6));
}

TEST_CASE("device rules that leave some device out are no privilege") {
  const auto* const rules = GENERATE(
      "[]", "null", R"([{"allow": true, "access": "rw"}])", R"([{"allow": true}])",
      R"([{"allow": true, "type": "c", "access": "rwm"}])",
      R"([{"allow": true, "major": 8, "access": "rwm"}])", R"([{"allow": "true", "access": "rwm"}])",
      R"([{"allow": true, "access": "rwm"}, {"allow": false, "type": "b", "major": 8, "access": "w"}])",
      R"([1, "a", null])");
  CAPTURE(rules);
  CHECK_FALSE(looks_privileged(with_devices(rules), all_of_linux_6));
}

TEST_CASE("a config.json without the parts that tell is not privileged") {
  const auto* const text =
      GENERATE("{}", "[]", R"({"linux": {}})", R"({"linux": 1})", R"({"linux": {"resources": {}}})");
  CHECK_FALSE(looks_privileged(document::json::parse(text, ""), all_of_linux_6));
}
