// SPDX-License-Identifier: Apache-2.0
#include <sys/capability.h>

#include <catch2/catch.hpp>
#include <cerrno>
#include <set>

#include "libprofile/document/names.h"

using namespace scrim::document;

namespace {

template <typename Enum, typename LookUp>
void every_name_leads_back(Enum last, std::span<const std::string_view> names, LookUp look_up) {
  std::set<std::string_view> seen;
  for (unsigned i = 0; i <= static_cast<unsigned>(last); ++i) {
    const auto value = static_cast<Enum>(i);
    INFO(name_of(value));
    CHECK(look_up(name_of(value)) == value);
    CHECK(name_of(value) == names[i]);
    CHECK(seen.insert(name_of(value)).second);
  }
}

}  // namespace

TEST_CASE("every name of an enumeration leads back to its value") {
  every_name_leads_back(Action::notify, action_names(), action_named);
  every_name_leads_back(Operator::masked_equal, operator_names(), operator_named);
  every_name_leads_back(Architecture::sheb, architecture_names(), architecture_named);
  every_name_leads_back(Flag::wait_killable_recv, flag_names(), flag_named);
  CHECK(operator_names().size() == 7);
  CHECK(architecture_names().size() == 23);
  CHECK(template_names().size() == 23);
  CHECK(flag_names().size() == 4);
}

TEST_CASE("names mean what libseccomp means by them") {
  CHECK(name_of(Action::error) == "SCMP_ACT_ERRNO");
  CHECK(name_of(Action::notify) == "SCMP_ACT_NOTIFY");
  CHECK(name_of(Operator::less_or_equal) == "SCMP_CMP_LE");
  CHECK(name_of(Operator::greater) == "SCMP_CMP_GT");
  CHECK(name_of(Architecture::mipsel64n32) == "SCMP_ARCH_MIPSEL64N32");
  CHECK(name_of(Architecture::loongarch64) == "SCMP_ARCH_LOONGARCH64");
  CHECK(name_of(Flag::spec_allow) == "SECCOMP_FILTER_FLAG_SPEC_ALLOW");
}

TEST_CASE("SCMP_ACT_KILL is the older name of SCMP_ACT_KILL_THREAD") {
  CHECK(action_named("SCMP_ACT_KILL") == Action::kill_thread);
  CHECK(name_of(Action::kill_thread) == "SCMP_ACT_KILL_THREAD");
}

TEST_CASE("an unknown name has no value") {
  CHECK_FALSE(action_named("SCMP_ACT_ERNO"));
  CHECK_FALSE(action_named("scmp_act_errno"));
  CHECK_FALSE(action_named(""));
  CHECK_FALSE(operator_named("EQ"));
  CHECK_FALSE(architecture_named("amd64"));
  CHECK_FALSE(flag_named("TSYNC"));
  CHECK_FALSE(errno_named(""));
  CHECK_FALSE(errno_named("EPERMM"));
}

TEST_CASE("errno names have this system's numbers") {
  for (std::uint16_t number = 1; number <= 133; ++number) {
    INFO(number);
    // glibc: no name for the two numbers that are synonyms of others on x86
    const char* expected = strerrorname_np(number);
    if (expected == nullptr) {
      CHECK(errno_name(number).empty());
    } else if (number == EOPNOTSUPP) {
      CHECK(errno_name(number) == "EOPNOTSUPP");  // glibc may say ENOTSUP
    } else {
      CHECK(errno_name(number) == expected);
      CHECK(errno_named(expected) == number);
    }
  }
  CHECK(errno_name(0).empty());
  CHECK(errno_name(134).empty());
  CHECK(errno_name(65535).empty());
  CHECK(errno_named("EWOULDBLOCK") == EWOULDBLOCK);
  CHECK(errno_named("EDEADLOCK") == EDEADLOCK);
  CHECK(errno_named("ENOTSUP") == ENOTSUP);
}

TEST_CASE("capability names are libcap's") {
  for (std::size_t i = 0; i < capability_names().size(); ++i) {
    const std::string name(capability_names()[i]);
    INFO(name);
    cap_value_t number = -1;
    CHECK(cap_from_name(name.c_str(), &number) == 0);
    CHECK(number == static_cast<cap_value_t>(i));
  }
}
