// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <catch2/catch.hpp>

#include "test/unit/spec_fixture.h"

namespace scrim::bundle::test {

namespace {

const Mount& mount_at(const Spec& spec, std::string_view destination) {
  const auto found = std::find_if(spec.mounts.begin(), spec.mounts.end(),
                                  [&](const Mount& mount) { return mount.destination == destination; });
  REQUIRE(found != spec.mounts.end());
  return *found;
}

bool has_option(const Mount& mount, std::string_view option) {
  return std::find(mount.options.begin(), mount.options.end(), option) != mount.options.end();
}

}  // namespace

TEST_CASE("the default config.json reads back without a warning") {
  const Read result = read(document::json::to_text(default_spec(), 2));
  const Spec& spec = result.spec;
  CHECK(result.warnings.empty());
  CHECK(spec.oci_version == "1.2.1");
  CHECK(spec.hostname == "scrim");
  CHECK(spec.root_path == "/bundle/rootfs");
  CHECK(spec.root_readonly);
  REQUIRE(spec.process);
  CHECK(spec.process->terminal);
  CHECK(spec.process->args == std::vector<std::string>{"sh"});
  CHECK(spec.process->no_new_privileges);
  REQUIRE(spec.process->capabilities);
  CHECK(spec.process->capabilities->bounding.bits() == ((1ULL << 29) | (1ULL << 5) | (1ULL << 10)));
  CHECK(spec.process->capabilities->ambient.bits() == 0);
  CHECK(spec.mounts.size() == 7);
  CHECK(has_option(mount_at(spec, "/dev/pts"), "gid=5"));
  CHECK(spec.find(NamespaceType::network) != nullptr);
  CHECK(spec.find(NamespaceType::user) == nullptr);
  CHECK(spec.device_rules.size() == 1);
}

TEST_CASE("the default config.json for a user needs no right of root's") {
  const Read result = read(document::json::to_text(default_rootless_spec(1000, 1001), 2));
  const Spec& spec = result.spec;
  CHECK(result.warnings.empty());
  CHECK(spec.find(NamespaceType::network) == nullptr);
  REQUIRE(spec.find(NamespaceType::user) != nullptr);
  REQUIRE(spec.uid_mappings.size() == 1);
  CHECK(spec.uid_mappings[0].host_id == 1000);
  CHECK(spec.uid_mappings[0].size == 1);
  CHECK(spec.gid_mappings.at(0).host_id == 1001);
  CHECK_FALSE(has_option(mount_at(spec, "/dev/pts"), "gid=5"));
  CHECK(mount_at(spec, "/sys").type == "bind");
  CHECK(mount_at(spec, "/sys").source == "/sys");
  CHECK(spec.mounts.size() == 7);
  CHECK_FALSE(spec.resources);
}

}  // namespace scrim::bundle::test
