// SPDX-License-Identifier: Apache-2.0
#include "libprofile/resolve/capabilities.h"

#include <linux/capability.h>

#include <catch2/catch.hpp>

using scrim::resolve::CapabilitySet;

TEST_CASE("a capability is known by its name in any case, with or without CAP_") {
  for (const char* name : {"CAP_SYS_ADMIN", "cap_sys_admin", "SYS_ADMIN", "Sys_Admin", "cap_SYS_admin"})
    CHECK(CapabilitySet::number_of(name) == CAP_SYS_ADMIN);
  CHECK(CapabilitySet::number_of("CAP_CHOWN") == CAP_CHOWN);
  CHECK(CapabilitySet::number_of("CAP_CHECKPOINT_RESTORE") == CAP_CHECKPOINT_RESTORE);
  for (const char* name :
       {"", "CAP_", "CAP", "CAP_SYS", "CAP_SYS_ADMINX", "CAP_CAP_CHOWN", "21", " CAP_CHOWN"})
    CHECK_FALSE(CapabilitySet::number_of(name));
}

TEST_CASE("every number's name leads back to it") {
  for (unsigned number = 0; number <= CAP_LAST_CAP; ++number)
    CHECK(CapabilitySet::number_of(CapabilitySet::name_of(number)) == number);
  CHECK(CapabilitySet::name_of(CAP_BPF) == "CAP_BPF");
  CHECK(CapabilitySet::name_of(CAP_LAST_CAP + 1) == "41");
}

TEST_CASE("a set holds what was added") {
  CapabilitySet set;
  CHECK_FALSE(set.has(CAP_CHOWN));
  set.add(CAP_CHOWN);
  set.add(CAP_CHECKPOINT_RESTORE);
  CHECK(set.bits() == ((std::uint64_t{1} << 40) | 1));
  CHECK(set.has("CAP_CHOWN"));
  CHECK(set.has("checkpoint_restore"));
  CHECK_FALSE(set.has("CAP_KILL"));
  CHECK_FALSE(set.has("CAP_UNKNOWN"));
  CHECK_FALSE(set.has(64));
  CHECK_FALSE(set.has(1000));
  set.remove(CAP_CHOWN);
  CHECK(set == CapabilitySet(std::uint64_t{1} << 40));
}

TEST_CASE("words for sets of capabilities") {
  using scrim::resolve::capabilities_named;
  CHECK(capabilities_named("all", 40).bits() == (1ULL << 41) - 1);
  CHECK(capabilities_named("ALL", 0).bits() == 1);
  CHECK(capabilities_named("Default", 40).bits() == 0xa80425fb);  // what docker's containers have in CapBnd
  CHECK(capabilities_named("sys_admin", 40).bits() == 1ULL << CAP_SYS_ADMIN);
  CHECK_THROWS_WITH(capabilities_named("CAP_X", 40), Catch::Contains("no capability is called CAP_X"));
}
