// SPDX-License-Identifier: Apache-2.0
#include "libprofile/merge/merge.h"

#include <linux/audit.h>

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <random>

#include "libprofile/document/write_profile.h"
#include "libprofile/error.h"
#include "libprofile/merge/cases.h"
#include "libprofile/policy/table.h"

using namespace scrim;
using document::Action;
using document::Architecture;
using document::Condition;
using document::OciSeccomp;
using document::Operator;
using merge::Mode;

namespace {

constexpr std::uint32_t getpid_number = 39;

document::Rule rule(std::vector<std::string> names, Action action, std::vector<Condition> conditions = {},
                    std::optional<std::uint16_t> errno_ret = std::nullopt) {
  document::Rule made;
  for (std::string& name : names) made.names.push_back({std::move(name), {}});
  made.action = action;
  made.errno_ret = errno_ret;
  made.conditions = std::move(conditions);
  return made;
}

OciSeccomp profile(Action otherwise, std::vector<document::Rule> rules,
                   std::vector<Architecture> architectures = {}) {
  OciSeccomp made{"test", {}, std::move(rules)};
  made.header.default_action = otherwise;
  made.header.architectures = std::move(architectures);
  return made;
}

policy::Table table_of(const OciSeccomp& profile) {
  document::Warnings warnings;
  policy::Policy policy = make_policy(profile, policy::UnknownSyscalls::warn, warnings, Architecture::x86_64);
  policy.newest.clear();
  return make_table(policy);
}

// Lower is more restrictive, as in seccomp(2).
int rank(const policy::Decision& decision) {
  constexpr std::array order{Action::kill_process, Action::kill_thread, Action::trap, Action::error,
                             Action::notify,       Action::trace,       Action::log,  Action::allow};
  return static_cast<int>(std::ranges::find(order, decision.action) - order.begin());
}

std::string merged_text(const std::vector<OciSeccomp>& profiles, Mode mode) {
  return to_text(to_json(merge::merge(profiles, mode, Architecture::x86_64)));
}

}  // namespace

TEST_CASE("a union allows what any of two allows, an intersection what both do") {
  const OciSeccomp a = profile(Action::error, {rule({"read", "write"}, Action::allow)});
  const OciSeccomp b = profile(Action::error, {rule({"read", "close"}, Action::allow)});
  CHECK(merged_text({a, b}, Mode::any) ==
        R"({"defaultAction":"SCMP_ACT_ERRNO","architectures":["SCMP_ARCH_X86_64"],)"
        R"("syscalls":[{"names":["close","read","write"],"action":"SCMP_ACT_ALLOW"}]})");
  CHECK(merged_text({a, b}, Mode::all) ==
        R"({"defaultAction":"SCMP_ACT_ERRNO","architectures":["SCMP_ARCH_X86_64"],)"
        R"("syscalls":[{"names":["read"],"action":"SCMP_ACT_ALLOW"}]})");
}

TEST_CASE("of two errnos the first profile's counts") {
  const OciSeccomp a = profile(Action::allow, {rule({"mkdir"}, Action::error, {}, 13)});
  const OciSeccomp b = profile(Action::allow, {rule({"mkdir"}, Action::error, {}, 38)});
  CHECK(merge::merge({a, b}, Mode::all, Architecture::x86_64).rules.front().errno_ret == 13);
  CHECK(merge::merge({b, a}, Mode::any, Architecture::x86_64).rules.front().errno_ret == 38);
}

TEST_CASE("conditions on one argument become one comparison, or blocks") {
  const auto at_least = [](std::uint64_t value) {
    return Condition{0, Operator::greater_or_equal, value, 0, {}};
  };
  const auto at_most = [](std::uint64_t value) {
    return Condition{0, Operator::less_or_equal, value, 0, {}};
  };
  CHECK(merge::single({at_least(3), at_least(5)}).size() == 1);
  CHECK(merge::single({at_least(5), at_most(4)}).empty());
  const auto one = merge::single({at_least(5), at_most(5)});
  REQUIRE(one.size() == 1);
  CHECK(one.front().front().op == Operator::equal);
  // 1, 2 to 3, 4 to 7, 8
  CHECK(merge::single({at_least(1), at_most(8)}).size() == 4);
  CHECK(
      merge::single({{0, Operator::masked_equal, 1, 0, {}}, {0, Operator::masked_equal, 1, 1, {}}}).empty());
  CHECK(merge::single({{0, Operator::equal, 4, 0, {}}, {0, Operator::masked_equal, 6, 4, {}}}).size() == 1);
}

TEST_CASE("where rules decide otherwise than the default and each other, they do not overlap") {
  // Of b's answer to other arguments there is no rule in b, only its default.
  const OciSeccomp a = profile(Action::error, {rule({"getpid"}, Action::log)});
  const OciSeccomp b =
      profile(Action::error, {rule({"getpid"}, Action::allow, {{0, Operator::equal, 1, 0, {}}})});
  const OciSeccomp merged = merge::merge({a, b}, Mode::any, Architecture::x86_64);
  REQUIRE(merged.rules.size() == 2);
  CHECK(merged.rules[0].conditions.size() == 1);
  CHECK(merged.rules[1].conditions.size() == 1);
  CHECK(merged.rules[0].conditions.front().op != merged.rules[1].conditions.front().op);
}

TEST_CASE("what no profile can say is said to be so") {
  // read on x86 alone: whatever names it counts on x86_64, too.
  const OciSeccomp a =
      profile(Action::error, {rule({"read"}, Action::allow)}, {Architecture::x86_64, Architecture::x86});
  const OciSeccomp b = profile(Action::error, {rule({"write"}, Action::allow)}, {Architecture::x86_64});
  CHECK_THROWS_WITH(merge::merge({a, b}, Mode::any, Architecture::x86_64),
                    Catch::Contains("system call 4 (write) of architecture SCMP_ARCH_X86 with"));
  CHECK(merge::merge({a, b}, Mode::all, Architecture::x86_64).header.architectures ==
        std::vector{Architecture::x86_64});
}

TEST_CASE("an architecture of one profile alone is no obstacle where the rules suit") {
  const OciSeccomp a = profile(Action::error, {rule({"read", "write"}, Action::allow)},
                               {Architecture::x86_64, Architecture::x86});
  const OciSeccomp b = profile(Action::error, {rule({"write"}, Action::allow)}, {Architecture::x86_64});
  CHECK(merge::merge({a, b}, Mode::any, Architecture::x86_64).header.architectures ==
        std::vector{Architecture::x86_64, Architecture::x86});
}

TEST_CASE("two listeners cannot be merged") {
  OciSeccomp a = profile(Action::error, {rule({"read"}, Action::notify)});
  OciSeccomp b = a;
  a.header.listener_path = "/run/a";
  b.header.listener_path = "/run/b";
  CHECK_THROWS_WITH(merge::merge({a, b}, Mode::any, Architecture::x86_64), Catch::Contains("one listener"));
  OciSeccomp without = a;
  without.header.listener_path.clear();
  without.file = "m0";
  a.file = "m3";
  b.file = "m4";
  CHECK_THROWS_WITH(merge::merge({without, a, b}, Mode::any, Architecture::x86_64),
                    Catch::StartsWith("m4: its listenerPath or listenerMetadata is another one than m3's: "));
  b.header.listener_path = "/run/a";
  CHECK(merge::merge({a, b}, Mode::any, Architecture::x86_64).header.listener_path == "/run/a");
}

TEST_CASE("random conditions made single hold where they held") {
  std::mt19937_64 random(7);  // NOLINT(cert-msc32-c,cert-msc51-cpp): the same every time
  constexpr std::array<std::uint64_t, 8> values{0, 1, 2, 7, 8, 0xffffffff, 0x100000000, ~std::uint64_t{0}};
  const auto hold = [](const merge::Conditions& conditions, std::uint64_t argument) {
    return std::ranges::all_of(conditions,
                               [&](const Condition& each) { return policy::holds(each, argument); });
  };
  for (int round = 0; round < 2000; ++round) {
    merge::Conditions conditions;
    for (std::size_t i = 0; i < 2 + random() % 2; ++i) {
      const std::uint64_t value = values[random() % values.size()];
      conditions.push_back(
          {0, static_cast<Operator>(random() % 7), value, values[random() % values.size()] & value, {}});
    }
    const std::vector<merge::Conditions> single = merge::single(conditions);
    for (const std::uint64_t value : values)
      for (const std::uint64_t argument :
           {value, value + 1, value - 1, value | 2, value ^ 0x100000000, random()}) {
        const bool any = std::ranges::any_of(single, [&](const auto& each) { return hold(each, argument); });
        REQUIRE(any == hold(conditions, argument));
      }
  }
}

// Against the definition: what decide() says of each profile, for arguments around all values that occur.
TEST_CASE("random profiles merged decide as the profiles together") {
  std::mt19937 random(5);  // NOLINT(cert-msc32-c,cert-msc51-cpp): the same every time
  const auto pick = [&](std::size_t count) {
    return std::uniform_int_distribution<std::size_t>(0, count - 1)(random);
  };
  constexpr std::array<std::uint64_t, 8> values{0, 1, 2, 7, 8, 0xffffffff, 0x100000000, ~std::uint64_t{0}};
  constexpr std::array actions{Action::allow, Action::allow, Action::error, Action::log, Action::kill_thread};
  constexpr std::array defaults{Action::error, Action::error, Action::allow, Action::log};
  const auto random_profile = [&] {
    std::vector<document::Rule> rules;
    for (std::size_t i = 0; i < 1 + pick(3); ++i) {
      std::vector<Condition> conditions;
      for (unsigned argument = 0; argument < 2; ++argument) {
        if (pick(3) == 0) continue;
        const auto op = static_cast<Operator>(pick(7));
        const std::uint64_t value = values[pick(values.size())];
        conditions.push_back({argument, op, value, values[pick(values.size())] & value, {}});
      }
      rules.push_back(rule({"getpid"}, actions[pick(actions.size())], std::move(conditions)));
      if (rules.back().action == Action::error)
        rules.back().errno_ret = static_cast<std::uint16_t>(10 + pick(3));
    }
    return profile(defaults[pick(defaults.size())], std::move(rules));
  };
  std::size_t merged_count = 0;
  for (int round = 0; round < 25; ++round) {
    const std::vector<OciSeccomp> profiles{random_profile(), random_profile()};
    for (const Mode mode : {Mode::any, Mode::all}) {
      OciSeccomp merged;
      try {
        merged = merge::merge(profiles, mode, Architecture::x86_64);
      } catch (const Error& error) {
        // Equal conditions, too many rules: said, not guessed.
        INFO(error.what() << to_text(to_json(profiles[0])) << to_text(to_json(profiles[1])));
        CHECK(std::string(error.what()).find("no profile does exactly that") == std::string::npos);
        continue;
      }
      ++merged_count;
      const policy::Table a = table_of(profiles[0]);
      const policy::Table b = table_of(profiles[1]);
      const policy::Table both = table_of(merged);
      for (const std::uint64_t first : values)
        for (const std::uint64_t second : values)
          for (const std::uint64_t beside : {std::uint64_t{0}, std::uint64_t{1}}) {
            seccomp_data call{};
            call.nr = getpid_number;
            call.arch = AUDIT_ARCH_X86_64;
            call.args[0] = first + beside;
            call.args[1] = second;
            const policy::Decision x = decide(a, call);
            const policy::Decision y = decide(b, call);
            const bool second_counts = mode == Mode::any ? rank(y) > rank(x) : rank(y) < rank(x);
            INFO(to_text(to_json(profiles[0])) << to_text(to_json(profiles[1])) << to_text(to_json(merged)));
            REQUIRE(decide(both, call) == (second_counts ? y : x));
          }
    }
  }
  CHECK(merged_count > 40);
}
