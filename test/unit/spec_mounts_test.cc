// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "test/unit/spec_fixture.h"

namespace scrim::bundle::test {

namespace {

std::string mounts(const std::string& entries, const std::string& linux_members = "") {
  return config("\"mounts\": [" + entries + "]", linux_members);  // an entry starts at 2:12
}

Mount mount_of(const std::string& entry) {
  return read(mounts(entry)).spec.mounts.at(0);
}

}  // namespace

TEST_CASE("mounts keep their order and options") {
  const Read result = read(mounts(R"({"destination": "/proc", "type": "proc", "source": "proc"},
      {"destination": "/dev", "type": "tmpfs", "source": "tmpfs", "options": ["nosuid", "mode=755"]})"));
  REQUIRE(result.spec.mounts.size() == 2);
  CHECK(result.spec.mounts[0].type == "proc");
  CHECK(result.spec.mounts[1].destination == "/dev");
  CHECK(result.spec.mounts[1].options == std::vector<std::string>{"nosuid", "mode=755"});
}

TEST_CASE("bind among the options makes a bind mount, whatever the type says") {
  for (const char* type : {R"("type": "none",)", R"("type": "ext4",)", R"("type": "",)", ""}) {
    const Mount mount =
        mount_of(std::string("{") + type +
                 R"("destination": "/data", "source": "/srv/data", "options": ["rbind", "ro"]})");
    CHECK(mount.type == "bind");
    CHECK(mount.source == "/srv/data");
  }
  CHECK(mount_of(R"({"destination": "/d", "source": "/s", "options": ["bind"]})").type == "bind");
  CHECK(mount_of(R"({"destination": "/d", "source": "/s", "type": "bind"})").type == "bind");
}

TEST_CASE("the source of a bind mount is relative to the bundle, others are names") {
  CHECK(mount_of(R"({"destination": "/d", "source": "data", "options": ["bind"]})").source == "/bundle/data");
  CHECK(mount_of(R"({"destination": "/d", "source": "data", "type": "bind"})").source == "/bundle/data");
  CHECK(mount_of(R"({"destination": "/d", "source": "tmpfs", "type": "tmpfs"})").source == "tmpfs");
  CHECK(error_of(mounts(R"({"destination": "/d", "options": ["bind"]})")) ==
        "config.json:2:12: mounts[0] is a bind mount without a source");
}

TEST_CASE("a relative destination is below / and deprecated") {
  const Read result = read(mounts(R"({"destination": "data", "type": "tmpfs"})"));
  CHECK(result.spec.mounts.at(0).destination == "/data");
  REQUIRE(result.warnings.size() == 1);
  CHECK(result.warnings[0].text ==
        "config.json:2:28: mounts[0].destination \"data\" is relative, which is deprecated; it is taken as "
        "relative to "
        "/");
}

TEST_CASE("mounts that cannot be meant are errors") {
  CHECK(error_of(mounts(R"({"type": "tmpfs"})")) == "config.json:2:12: mounts[0].destination is required");
  CHECK(error_of(mounts(R"({"destination": "", "type": "tmpfs"})")) ==
        "config.json:2:28: mounts[0].destination must not be empty");
  CHECK(error_of(mounts(R"({"destination": "/d", "source": "x"})")) ==
        "config.json:2:12: mounts[0] needs a type, or bind or rbind among its options");
  CHECK(error_of(mounts(R"({"destination": "/d", "options": ["remount", "ro"]})")).empty());
  CHECK(error_of(mounts(R"({"destination": "/d", "type": "tmpfs", "options": "ro"})")) ==
        "config.json:2:62: mounts[0].options must be an array of strings, not a string");
  CHECK(error_of(config(R"("mounts": {})")) ==
        "config.json:2:11: mounts must be an array of objects, not an object");
  CHECK(error_of(mounts("5")) == "config.json:2:12: mounts[0] must be an object, not a number");
}

TEST_CASE("id-mapped mounts have both mappings, or the user namespace's") {
  const std::string mapping = R"([{"containerID": 0, "hostID": 1000, "size": 10}])";
  const Mount mount =
      mount_of(R"({"destination": "/d", "source": "/s", "options": ["bind", "idmap"], "uidMappings": )" +
               mapping + ", \"gidMappings\": " + mapping + "}");
  REQUIRE(mount.uid_mappings.size() == 1);
  CHECK(mount.uid_mappings[0].host_id == 1000);
  CHECK(mount.gid_mappings[0].size == 10);
  CHECK(error_of(mounts(R"({"destination": "/d", "source": "/s", "options": ["bind"], "uidMappings": )" +
                        mapping + "}")) ==
        "config.json:2:12: mounts[0] needs uidMappings and gidMappings together");
  const std::string bare = R"({"destination": "/d", "source": "/s", "options": ["bind", "ridmap"]})";
  CHECK(error_of(mounts(bare)).find("config.json:2:12: mounts[0] is to be id-mapped") == 0);
  CHECK(error_of(mounts(bare, R"("namespaces": [{"type": "user"}], "uidMappings": )" + mapping +
                                  ", \"gidMappings\": " + mapping))
            .empty());
}

}  // namespace scrim::bundle::test
