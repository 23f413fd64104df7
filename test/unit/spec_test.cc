// SPDX-License-Identifier: Apache-2.0
#include "launcher/bundle/spec.h"

#include <catch2/catch.hpp>

#include "test/unit/spec_fixture.h"

namespace scrim::bundle::test {

TEST_CASE("a config.json needs ociVersion and root, and little else") {
  const Read result = read(R"({"ociVersion": "1.0.2-dev", "root": {"path": "rootfs"}})");
  CHECK(result.spec.oci_version == "1.0.2-dev");
  CHECK(result.spec.root_path == "/bundle/rootfs");
  CHECK_FALSE(result.spec.root_readonly);
  CHECK_FALSE(result.spec.process);
  CHECK(result.spec.namespaces.empty());
  CHECK(result.spec.find(NamespaceType::pid) == nullptr);
  CHECK(result.warnings.empty());

  CHECK(error_of("{}") == "config.json:1:1: ociVersion is required");
  CHECK(error_of("[]") == "config.json:1:1: the configuration must be an object, not an array");
  CHECK(error_of(R"({"ociVersion": "1.0.0"})") == "config.json:1:1: root is required");
  CHECK(error_of(R"({"ociVersion": "1.0.0", "root": {}})") == "config.json:1:33: root.path is required");
  CHECK(error_of(R"({"ociVersion": "1.0.0", "root": {"path": ""}})") ==
        "config.json:1:42: root.path must not be empty");
  CHECK(error_of(R"({"ociVersion": "1.0.0", "root": "rootfs"})") ==
        "config.json:1:33: root must be an object, not a string");
}

TEST_CASE("an absolute root.path does not depend on the bundle") {
  CHECK(
      read(R"({"ociVersion": "1.0.0", "root": {"path": "/srv/rootfs", "readonly": true}})").spec.root_path ==
      "/srv/rootfs");
  CHECK(read(R"({"ociVersion": "1.0.0", "root": {"path": "/", "readonly": true}})").spec.root_readonly);
}

TEST_CASE("ociVersion is a semantic version with major 1") {
  const auto error_of_version = [](const std::string& version) {
    return error_of(R"({"root": {"path": "r"}, "ociVersion": ")" + version + "\"}");
  };
  for (const char* good :
       {"1.0.0", "1.2.1", "1.3.0", "1.10.20", "1.0.2-dev", "1.0.0-rc.5+git-0.1", "1.0.0+001"}) {
    INFO(good);
    CHECK(error_of_version(good).empty());
  }
  for (const char* bad : {"", "1", "1.0", "1.0.0.0", "01.0.0", "1.00.0", "v1.0.0", "1.0.x", "1.0.0-",
                          "1.0.0-01", "1.0.0+", "1.0.0-a..b", "1.0.0-a_b", "1.0.0 ", "-1.0.0"}) {
    INFO(bad);
    CHECK(error_of_version(bad).find("config.json:1:39: ociVersion must be a version as of semver.org") == 0);
  }
  CHECK(error_of_version("0.1.0") == "config.json:1:39: ociVersion must be 1.x, not \"0.1.0\"");
  CHECK(error_of_version("2.0.0") == "config.json:1:39: ociVersion must be 1.x, not \"2.0.0\"");
}

TEST_CASE("null is absent, as Go writes nil; unknown members are ignored") {
  const Read result = read(R"({"ociVersion": "1.0.0", "root": {"path": "r"}, "process": null, "hooks": null,
      "mounts": null, "annotations": null, "hostname": null, "windows": 5, "somethingNew": {"a": 1},
      "linux": {"namespaces": null, "devices": null, "resources": {"devices": null}, "maskedPaths": null,
                "sysctl": null, "uidMappings": null, "personality": null, "timeOffsets": null, "x": []}})");
  CHECK(result.warnings.empty());
  CHECK_FALSE(result.spec.process);
  CHECK(result.spec.mounts.empty());
  CHECK(result.spec.resources);
}

TEST_CASE("hostname and domainname need a uts namespace") {
  const Read result =
      read(config(R"("hostname": "h", "domainname": "d")", R"("namespaces": [{"type": "uts"}])"));
  CHECK(result.spec.hostname == "h");
  CHECK(result.spec.domainname == "d");
  CHECK(error_of(config(R"("hostname": "h")")) ==
        "config.json:2:13: hostname needs a uts namespace in linux.namespaces: it would change the host");
  CHECK(error_of(config(R"("domainname": "d")")).find("config.json:2:15: domainname needs a uts namespace") ==
        0);
  CHECK(error_of(config(R"("hostname": 5)")) == "config.json:2:13: hostname must be a string, not a number");
}

TEST_CASE("annotations are strings; of equal names the last one counts") {
  const Read result = read(config(R"("annotations": {"a": "1", "b": "2", "a": "3"})"));
  REQUIRE(result.spec.annotations.size() == 2);
  CHECK(result.spec.annotations[0].name == "b");
  CHECK(result.spec.annotations[1].name == "a");
  CHECK(result.spec.annotations[1].value == "3");
  CHECK(error_of(config(R"("annotations": {"": "x"})")).find("config.json:2:21: ") == 0);
  CHECK(error_of(config(R"("annotations": {"a": 1})")) ==
        "config.json:2:22: annotations[\"a\"] must be a string, not a number");
}

TEST_CASE("hooks have absolute paths and positive timeouts") {
  const Read result = read(config(R"("hooks": {
      "prestart": [{"path": "/a"}], "createRuntime": [{"path": "/b", "args": ["b", "x"], "env": ["K=v"]}],
      "createContainer": [{"path": "/c", "timeout": 5}], "startContainer": [{"path": "/d"}],
      "poststart": [{"path": "/e"}], "poststop": [{"path": "/f"}, {"path": "/g"}], "later": 1})"));
  const Hooks& hooks = result.spec.hooks;
  REQUIRE(hooks.prestart.size() == 1);
  REQUIRE(hooks.create_runtime.size() == 1);
  REQUIRE(hooks.create_container.size() == 1);
  REQUIRE(hooks.start_container.size() == 1);
  REQUIRE(hooks.poststart.size() == 1);
  REQUIRE(hooks.poststop.size() == 2);
  CHECK(hooks.prestart[0].path == "/a");
  CHECK_FALSE(hooks.prestart[0].timeout);
  CHECK(hooks.create_runtime[0].args == std::vector<std::string>{"b", "x"});
  CHECK(hooks.create_runtime[0].env == std::vector<std::string>{"K=v"});
  CHECK(hooks.create_container[0].timeout == 5);
  CHECK(hooks.poststop[1].path == "/g");

  CHECK(error_of(config(R"("hooks": {"poststop": [{"path": "f"}]})")) ==
        "config.json:2:33: hooks.poststop[0].path must be an absolute path, not \"f\"");
  CHECK(error_of(config(R"("hooks": {"poststop": [{}]})")) ==
        "config.json:2:24: hooks.poststop[0].path is required");
  CHECK(error_of(config(R"("hooks": {"poststop": [{"path": "/f", "timeout": 0}]})")) ==
        "config.json:2:50: hooks.poststop[0].timeout must be an integer from 1 to 2147483647, not 0");
  CHECK(error_of(config(R"("hooks": {"poststop": {}})")) ==
        "config.json:2:23: hooks.poststop must be an array of objects, not an object");
}

}  // namespace scrim::bundle::test
