// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <string>

#include "launcher/delegate/enforcement.h"
#include "libprofile/document/read_profile.h"
#include "libprofile/error.h"
#include "libprofile/resolve/annotations.h"
#include "test/unit/policy_profiles.h"

using namespace scrim;
using Catch::Contains;
using delegate::RuntimeKind;
using document::Action;
using document::Operator;
using document::json::Value;
using Name = RuntimeKind::Name;

namespace {

struct Written {
  Value config;
  std::vector<std::string> because;
  document::Warnings warnings;
  int asked = 0;  // how often the delegate was asked what it is

  [[nodiscard]] const std::string* program() const {
    const Value* value = config.find("annotations")->find(resolve::program_annotation);
    return value == nullptr ? nullptr : value->string();
  }
  [[nodiscard]] std::string default_action() const {
    return *config.find("linux")->find("seccomp")->find("defaultAction")->string();
  }
  [[nodiscard]] std::size_t rules() const {
    const Value* rules = config.find("linux")->find("seccomp")->find("syscalls");
    return rules == nullptr || rules->array() == nullptr ? 0 : rules->array()->size();
  }
};

Written write(std::optional<document::OciSeccomp> seccomp, RuntimeKind kind,
              std::optional<document::OciSeccomp> floor = std::nullopt,
              const std::string& program = "/usr/bin/x") {
  Written written;
  written.config =
      document::json::parse(R"({"annotations": {"run.oci.seccomp_bpf_data": "AAAA"}})", "config.json");
  resolve::Resolution resolution;
  resolution.name = "test";
  resolution.seccomp = std::move(seccomp);
  resolution.floor = std::move(floor);
  const delegate::Carrier carrier{program, [&] { return ++written.asked, kind; }};
  write_enforcement(written.config, resolution, carrier, written.because, written.warnings);
  return written;
}

const document::OciSeccomp plain = test::profile(Action::allow, {test::error_rule({"mkdirat"}, 95)});
const document::OciSeccomp doubtful =
    test::profile(Action::allow, {test::error_rule({"keyctl"}, 95, {{0, Operator::less, 5, 0, {3, 4}}}),
                                  test::error_rule({"keyctl"}, 95, {{0, Operator::greater, 9, 0, {4, 4}}})});
const document::OciSeccomp wrong =
    test::profile(Action::allow, {test::error_rule({"keyctl"}, 95, {{0, Operator::equal, 1, 0, {3, 4}}}),
                                  test::error_rule({"keyctl"}, 95,
                                                   {{0, Operator::not_equal, 2, 0, {4, 4}},
                                                    {1, Operator::greater_or_equal, 1, 0, {4, 5}}})});
const RuntimeKind runc{Name::runc, ""};
const RuntimeKind crun{Name::crun, ""};

}  // namespace

TEST_CASE("a delegate says what it is") {
  CHECK(delegate::parse_version(
            "runc version 1.1.5+ds1\ncommit: x\nspec: 1.0.2-dev\ngo: go1.19.8\nlibseccomp: 2.5.4\n")
            .name == Name::runc);
  CHECK(delegate::parse_version("runc version 1.1.5\nlibseccomp: 2.5.4\n").libseccomp == "2.5.4");
  CHECK(delegate::parse_version("crun version 1.8.1\ncommit: f8a\n").name == Name::crun);
  for (const char* other :
       {"", "youki version 0.3.3", "scrim version 0.1.0", "a crun version 1", "crun", "runcversion 1"})
    CHECK(delegate::parse_version(other).name == Name::other);
}

TEST_CASE("a plain profile is written both ways, and nobody is asked") {
  const Written written = write(plain, runc);
  CHECK(written.asked == 0);
  REQUIRE(written.program() != nullptr);
  CHECK(*written.program() != "AAAA");
  CHECK(written.default_action() == "SCMP_ACT_ALLOW");
  CHECK(written.rules() == 1);
}

TEST_CASE("no profile: no program either, whatever the caller's annotations say") {
  const Written written = write(std::nullopt, crun);
  CHECK(written.program() == nullptr);
  CHECK(written.asked == 0);
}

TEST_CASE("where libseccomp may be wrong, crun has nothing but the program") {
  const Written written = write(wrong, crun);
  CHECK(written.asked == 1);
  REQUIRE(written.program() != nullptr);
  CHECK(written.default_action().find("SCMP_ACT") == std::string::npos);
  CHECK(written.rules() == 0);
}

TEST_CASE("where libseccomp may be wrong, everybody else's start needs a proof") {
  for (const RuntimeKind& kind : {runc, RuntimeKind{}}) {
    const Written written = write(doubtful, kind);
    CHECK(written.program() == nullptr);
    CHECK(written.rules() == 2);
    CHECK(written.warnings.empty());
    CHECK_THROWS_WITH(write(wrong, kind),
                      Contains("test.json:3:4: libseccomp gets the rules for keyctl wrong"));
  }
  const Written other_version = write(doubtful, {Name::runc, "1.2.3"});
  REQUIRE(other_version.warnings.size() == 1);
  CHECK_THAT(other_version.warnings.front().text, Contains("libseccomp 1.2.3"));
}

TEST_CASE("a profile and a floor are one program for crun, with the flags and the listener of both") {
  document::OciSeccomp floor = test::profile(Action::allow, {test::rule({"bpf"}, Action::notify)});
  floor.header.listener_path = "/run/agent";
  floor.header.flags = std::vector{document::Flag::log};
  const Written written = write(plain, crun, floor);
  REQUIRE(written.program() != nullptr);
  CHECK(written.default_action().find("SCMP_ACT") == std::string::npos);
  const Value& seccomp = *written.config.find("linux")->find("seccomp");
  CHECK(*seccomp.find("listenerPath")->string() == "/run/agent");
  CHECK(document::json::to_text(*seccomp.find("flags")) == R"(["SECCOMP_FILTER_FLAG_LOG"])");
  CHECK_THROWS_WITH(write(floor, crun, floor), Contains("one listener"));
}

TEST_CASE("for runc a floor has to be in the profile, or the profile in the floor") {
  const document::OciSeccomp both =
      test::profile(Action::allow, {test::error_rule({"mkdirat"}, 95), test::error_rule({"bpf"}, 1)});
  const document::OciSeccomp bpf = test::profile(Action::allow, {test::error_rule({"bpf"}, 1)});
  const Written profile = write(both, runc, bpf);
  CHECK(profile.rules() == 2);
  CHECK(profile.program() == nullptr);
  CHECK(write(bpf, runc, both).rules() == 2);
  CHECK_THROWS_WITH(write(plain, runc, bpf), Contains("no single profile says") && Contains("crun"));
  CHECK_THROWS_WITH(write(plain, RuntimeKind{}, bpf), Contains("no single profile says"));
  document::OciSeccomp logged = bpf;
  logged.header.flags = std::vector{document::Flag::log};
  CHECK(document::json::to_text(
            *write(both, runc, logged).config.find("linux")->find("seccomp")->find("flags")) ==
        R"(["SECCOMP_FILTER_FLAG_LOG"])");
}
