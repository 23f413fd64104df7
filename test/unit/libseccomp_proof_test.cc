// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <random>

#include "libprofile/defaults/defaults.h"
#include "libprofile/document/read_profile.h"
#include "libprofile/error.h"
#include "libprofile/filter/libseccomp.h"
#include "libprofile/filter/libseccomp_proof.h"
#include "libprofile/filter/verify.h"
#include "libprofile/filter/worker.h"
#include "libprofile/resolve/template.h"
#include "test/fuzz/random_policy.h"
#include "test/unit/policy_profiles.h"

using namespace scrim;
using document::Action;
using document::Architecture;
using document::Operator;
using filter::libseccomp_may_be_wrong;
using filter::prove_libseccomp;

namespace {

document::Condition condition(unsigned index, Operator op, std::uint64_t value, std::uint64_t value_two = 0) {
  return {index, op, value, value_two, {12, 34 + index}};
}

policy::Policy denying(std::vector<document::Rule> rules) {
  return test::policy_of(test::profile(Action::error, std::move(rules)));
}

bool doubtful(const policy::Policy& policy) {
  return libseccomp_may_be_wrong(make_table(policy));
}

std::string refusal(const policy::Policy& policy, std::chrono::seconds limit = std::chrono::seconds(5)) {
  try {
    prove_libseccomp(policy, limit);
    return {};
  } catch (const Error& error) {
    return error.what();
  }
}

constexpr std::uint64_t word = 0x100000000;

policy::Policy first_counter_example() {
  return denying(
      {test::rule({"keyctl"}, Action::allow, {condition(0, Operator::equal, 1)}),
       test::rule({"keyctl"}, Action::allow,
                  {condition(0, Operator::not_equal, 2), condition(1, Operator::greater_or_equal, 1)})});
}

policy::Policy second_counter_example() {
  return denying({test::rule({"keyctl"}, Action::allow,
                             {condition(0, Operator::less, 0xffffffff),
                              condition(1, Operator::masked_equal, 0x200000000, 0)}),
                  test::rule({"keyctl"}, Action::allow,
                             {condition(0, Operator::greater_or_equal, word),
                              condition(1, Operator::equal, 0x100000001)})});
}

policy::Policy endless() {
  return denying(
      {test::rule({"keyctl"}, Action::allow,
                  {condition(0, Operator::greater, word), condition(1, Operator::greater_or_equal, 2)}),
       test::rule({"keyctl"}, Action::allow,
                  {condition(0, Operator::greater, word), condition(1, Operator::less, word)})});
}

// What libseccomp makes of the whole policy, compared with it.
std::string whole_fault(policy::Policy policy) {
  policy.newest.clear();
  const policy::Table table = make_table(policy, policy::Subcalls::as_libseccomp);
  filter::Worker worker([&] { return libseccomp_whole(policy, filter::Arrangement::list); },
                        std::chrono::seconds(2));
  const filter::Worker::Result result = worker.wait();
  if (result.end != filter::Worker::End::done) return "not compiled: " + result.message;
  const filter::Verification verification = filter::verify(result.program, table);
  if (verification.difference) return verification.difference->text(table);
  return verification.complete ? "" : "not complete";
}

const std::vector<Architecture> with_i386{Architecture::x86_64, Architecture::x86};

}  // namespace

TEST_CASE("proof: rules that libseccomp gets wrong are refused, with the place, the call and what to write") {
  const std::string first = refusal(first_counter_example());
  CHECK_THAT(first, Catch::StartsWith(
                        "test.json:12:34: libseccomp gets the rules for keyctl wrong: keyctl(0x1, 0x0) on "
                        "SCMP_ARCH_"));
  CHECK_THAT(first, Catch::Contains(
                        "would be SCMP_ACT_ERRNO(1) instead of SCMP_ACT_ALLOW (if args[0] SCMP_CMP_EQ 0x1)"));
  CHECK_THAT(first, Catch::Contains("a call has one rule") && Catch::Contains("SCMP_CMP_MASKED_EQ") &&
                        Catch::Contains("crun"));
  const std::string second = refusal(second_counter_example());
  CHECK_THAT(second, Catch::Contains(
                         "would be SCMP_ACT_ALLOW instead of SCMP_ACT_ERRNO(1) (no rule's conditions hold)"));
}

TEST_CASE("proof: rules that libseccomp never ends on are refused in bounded time") {
  const std::string text = refusal(endless(), std::chrono::seconds(1));
  CHECK_THAT(text,
             Catch::StartsWith(
                 "test.json:12:34: libseccomp runs without end on the rules for keyctl: stopped after 1 s"));
}

TEST_CASE("proof: different actions: libseccomp does not take the first rule that holds") {
  const document::Condition one = condition(0, Operator::equal, 1);
  const document::Condition two = condition(1, Operator::equal, 2);
  const policy::Policy wrong =
      denying({test::error_rule({"keyctl"}, 7, {one}), test::rule({"keyctl"}, Action::allow, {two})});
  CHECK(doubtful(wrong));
  CHECK_THAT(
      refusal(wrong),
      Catch::Contains("would be SCMP_ACT_ALLOW instead of SCMP_ACT_ERRNO(7) (if args[0] SCMP_CMP_EQ 0x1)"));
  const policy::Policy refused =
      denying({test::error_rule({"keyctl"}, 7, {one, two}), test::rule({"keyctl"}, Action::allow, {one})});
  CHECK(doubtful(refused));
  CHECK_THAT(refusal(refused),
             Catch::StartsWith("test.json:12:34: two rules for keyctl hold for some of the same calls"));
  const policy::Policy right =
      denying({test::error_rule({"keyctl"}, 7, {two}), test::rule({"keyctl"}, Action::allow, {one})});
  CHECK(doubtful(right));
  CHECK(refusal(right) == "");
}

TEST_CASE("proof: what ipc(2) is told besides the call lets a denied one pass libseccomp") {
  const policy::Policy passes =
      test::policy_of(test::profile(Action::allow, {test::error_rule({"semget", "keyctl"}, 1)}, with_i386));
  CHECK(doubtful(passes));
  const std::string said = refusal(passes);
  CHECK_THAT(said,
             Catch::Contains("libseccomp compares all of the first argument of ipc") &&
                 Catch::Contains("on SCMP_ARCH_X86 would be SCMP_ACT_ALLOW instead of SCMP_ACT_ERRNO(1)") &&
                 Catch::Contains("Give ipc a rule as well"));
  const policy::Policy mended = test::policy_of(
      test::profile(Action::allow, {test::error_rule({"semget", "keyctl", "ipc"}, 1)}, with_i386));
  CHECK_FALSE(doubtful(mended));
  CHECK(refusal(mended) == "");
  // The default denies what libseccomp does not recognise.
  const policy::Policy listed = test::policy_of(
      test::profile(Action::error, {test::rule({"semget", "keyctl"}, Action::allow)}, with_i386));
  CHECK_FALSE(doubtful(listed));
  CHECK(refusal(listed) == "");
}

TEST_CASE("proof: the number's load is not lost with a call that i386 has through ipc(2) only") {
  const policy::Policy lost =
      test::policy_of(test::profile(Action::allow, {test::error_rule({"semop", "recv"}, 1)}, with_i386));
  CHECK(doubtful(lost));
  CHECK_THAT(refusal(lost),
             Catch::Contains("on SCMP_ARCH_X86 would be SCMP_ACT_ALLOW instead of SCMP_ACT_ERRNO(1)"));
  const policy::Policy kept =
      test::policy_of(test::profile(Action::allow, {test::error_rule({"recv", "keyctl"}, 1)}, with_i386));
  CHECK_FALSE(doubtful(kept));
  CHECK(refusal(kept) == "");
}

TEST_CASE("proof: tests of other calls are not mistaken for a call's own") {
  // Without rules for more than one call at a time all of this is right.
  const policy::Policy policy = test::policy_of(test::profile(
      Action::allow,
      {test::error_rule({"send"}, 7, {condition(2, Operator::greater_or_equal, word)}),
       test::error_rule({"read"}, 7,
                        {condition(1, Operator::less, 0), condition(2, Operator::less_or_equal, 0)}),
       test::error_rule({"connect"}, 7, {condition(0, Operator::greater, 0)}),
       test::error_rule({"accept"}, 7,
                        {condition(1, Operator::less_or_equal, 0), condition(2, Operator::less, 1)}),
       test::error_rule({"keyctl"}, 7), test::error_rule({"bind"}, 7)},
      with_i386));
  CHECK((refusal(policy) == "") == (whole_fault(policy) == ""));
}

TEST_CASE("proof: bits outside a mask are left out, as libseccomp does") {
  const policy::Policy policy = denying(
      {test::rule({"personality"}, Action::allow, {condition(0, Operator::masked_equal, 0xff, 0x1ff)}),
       test::rule({"read"}, Action::allow)});
  CHECK(refusal(policy) == "");
  CHECK(whole_fault(policy) == "");
}

TEST_CASE("proof: what is right is let through") {
  using Conditions = std::vector<document::Condition>;
  std::vector<document::Rule> rules;
  for (const std::uint64_t value : {0, 8, 0x20000, 0x20008})
    rules.push_back(test::rule({"personality"}, Action::allow, {condition(0, Operator::equal, value)}));
  rules.push_back(
      test::rule({"clone"}, Action::allow, {condition(0, Operator::masked_equal, 0x7e020000, 0)}));
  rules.push_back(test::rule({"socket"}, Action::allow, {condition(0, Operator::not_equal, 40)}));
  rules.push_back(test::rule({"read"}, Action::allow));
  const policy::Policy policy = denying(std::move(rules));
  CHECK_FALSE(doubtful(policy));
  CHECK(refusal(policy) == "");
  // In doubt, but right.
  const policy::Policy ranges =
      denying({test::rule({"keyctl"}, Action::allow, Conditions{condition(0, Operator::less, 5)}),
               test::rule({"keyctl"}, Action::allow, Conditions{condition(0, Operator::greater, 9)})});
  CHECK(doubtful(ranges));
  CHECK(refusal(ranges) == "");
}

TEST_CASE("proof: many rules of one call are looked at") {
  std::vector<document::Rule> rules;
  for (std::uint64_t value = 0; value < 65; ++value)
    rules.push_back(test::rule({"personality"}, Action::allow, {condition(0, Operator::equal, value)}));
  const policy::Policy policy = denying(std::move(rules));
  CHECK(doubtful(policy));
  CHECK(refusal(policy) == "");  // as a list and as a tree
}

// What is let through is right: the rules without doubt, and those that were proved by themselves.
TEST_CASE("proof: libseccomp is right on the whole of what is let through") {
  std::mt19937 random(20261122);
  const auto choose = [&](std::uint32_t n) { return static_cast<std::uint32_t>(random() % n); };
  int certain = 0;
  int proved = 0;
  int refused = 0;
  for (int i = 0; i < 300; ++i) {
    policy::Policy policy =
        fuzz::random_policy(choose, {.all_operators = choose(2) != 0, .one_decision = choose(2) != 0});
    // One rule of each call, more often than chance has it.
    if (i % 2 == 0)
      while (policy.rules.size() > 2) policy.rules.pop_back();
    bool in_doubt = false;
    try {
      in_doubt = doubtful(policy);
    } catch (const Error&) {
      continue;  // a random contradiction
    }
    INFO("number " << i);
    if (refusal(policy, std::chrono::seconds(1)) != "") {
      ++refused;
      continue;
    }
    ++(in_doubt ? proved : certain);
    REQUIRE(whole_fault(policy) == "");
  }
  CHECK(certain > 100);
  CHECK(proved > 15);
  CHECK(refused > 15);
}

// Newer ones have several rules for socket(2), with SCMP_CMP_NE, LT, GT, or different actions.
TEST_CASE("proof: engines' defaults of all kinds pass") {
  using defaults::Engine;
  for (const auto& [engine, version] :
       {std::pair(Engine::containerd, "1.4.0"), std::pair(Engine::containerd, "1.7.13"),
        std::pair(Engine::containerd, "2.3.4"), std::pair(Engine::docker, "20.10.24"),
        std::pair(Engine::docker, "29.4.2"), std::pair(Engine::podman, "0.21.0"),
        std::pair(Engine::podman, "0.50.1"), std::pair(Engine::podman, "0.67.0+f0ddf1a745bb"),
        std::pair(Engine::cri_o, "common-0.67.0+1e46b0756b39")})
    for (const std::uint64_t capabilities : {std::uint64_t{0}, ~std::uint64_t{0}}) {
      const resolve::Target target{Architecture::x86_64, {6, 18}, resolve::CapabilitySet(capabilities)};
      INFO(defaults::name_of(engine) << " " << version << " " << capabilities);
      const policy::Policy policy =
          test::policy_of(evaluate_template(defaults::default_profile(engine, version), target));
      CHECK(refusal(policy) == "");
      CHECK(whole_fault(policy) == "");
    }
}

TEST_CASE("proof: calls newer than the profile are runc's affair, not libseccomp's") {
  policy::Policy policy =
      test::policy_of(test::profile(Action::error, {test::rule({"openat2"}, Action::allow)}));
  CHECK_FALSE(policy.newest.empty());
  CHECK(refusal(policy) == "");
}
