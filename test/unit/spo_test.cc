// SPDX-License-Identifier: Apache-2.0
#include "libprofile/document/spo.h"

#include <catch2/catch.hpp>

#include "libprofile/defaults/defaults.h"
#include "libprofile/document/read_profile.h"
#include "libprofile/document/write_profile.h"
#include "libprofile/error.h"
#include "libprofile/resolve/template.h"

using namespace scrim;
using namespace scrim::document;

namespace {

constexpr const char* web = R"(# recorded
apiVersion: security-profiles-operator.x-k8s.io/v1beta1
kind: SeccompProfile
metadata:
  name: web
spec:
  defaultAction: SCMP_ACT_ERRNO
  architectures: [SCMP_ARCH_NATIVE, SCMP_ARCH_X86]
  syscalls:
  - action: SCMP_ACT_ALLOW
    names:
    - read
    - write
  - action: SCMP_ACT_ERRNO
    errnoRet: "38"
    names: [clone3]
    args:
    - {index: 0, op: SCMP_CMP_MASKED_EQ, value: 0xff, valueTwo: 1}
)";

Profile read(const std::string& text, Warnings& warnings, std::string_view file = "web.yaml") {
  return read_profile_text(text, file, warnings);
}
Profile read(const std::string& text) {
  Warnings warnings;
  Profile profile = read(text, warnings);
  CHECK(warnings.empty());
  return profile;
}

}  // namespace

TEST_CASE("a SeccompProfile of the operator is a profile, with places") {
  const Profile profile = read(web);
  CHECK(profile.header.default_action == Action::error);
  CHECK(profile.header.architectures == std::vector{Architecture::x86});
  REQUIRE(profile.rules.size() == 2);
  CHECK(profile.rules[0].rule.names[1].text == "write");
  CHECK(profile.rules[0].rule.names[1].at.line == 13);
  CHECK(profile.rules[1].rule.errno_ret == 38);
  CHECK(profile.rules[1].rule.conditions.front().value == 0xff);
}

TEST_CASE("a base profile counts if it is in the file, and is missed if it is not") {
  const std::string based = R"(
kind: SeccompProfile
metadata: {name: own}
spec: {defaultAction: SCMP_ACT_ERRNO, baseProfileName: web, syscalls: [{names: [close], action: SCMP_ACT_ALLOW}]}
)";
  CHECK(read(std::string(web) + "---" + based).rules.size() == 3);
  Warnings warnings;
  CHECK(read(based, warnings).rules.size() == 1);
  REQUIRE(warnings.size() == 1);
  CHECK(warnings.front().text.starts_with("web.yaml:4:"));
  CHECK(warnings.front().text.find("the base profile \"web\" is not in this file") != std::string::npos);
}

TEST_CASE("SeccompProfiles that cannot be meant") {
  Warnings warnings;
  CHECK_THROWS_WITH(read(std::string(web) + "---\n" + web, warnings), Catch::Contains("2 SeccompProfiles"));
  CHECK_THROWS_WITH(read("kind: SeccompProfile\nspec: 5\n", warnings), Catch::Contains("needs a \"spec\""));
  CHECK_THROWS_WITH(read("kind: Pod\n---\nkind: Pod\n", warnings),
                    Catch::Contains("none of the 2 documents"));
  CHECK_THROWS_WITH(read("kind: SeccompProfile\nmetadata: {name: a}\nspec: {defaultAction: SCMP_ACT_LOG, "
                         "baseProfileName: a}\n",
                         warnings),
                    Catch::Contains("circle"));
  CHECK_THROWS_WITH(
      read("kind: SeccompProfile\nspec: {defaultAction: SCMP_ACT_LOG, syscalls: [{names: [read], "
           "action: SCMP_ACT_ERRNO, errnoRet: EVIL}]}\n",
           warnings),
      Catch::Contains("\"EVIL\" is no number and no errno(3)"));
}

TEST_CASE("YAML is told by the file's name or its beginning") {
  CHECK(is_yaml("{}", "p.yaml"));
  CHECK(is_yaml("kind: SeccompProfile", "p"));
  CHECK(is_yaml("# a comment\nkind: x", "/dev/stdin"));
  CHECK_FALSE(is_yaml("kind: SeccompProfile", "p.json"));
  CHECK_FALSE(is_yaml("// a comment\n{}", "p"));
  CHECK_FALSE(is_yaml("", "p"));
}

TEST_CASE("a SeccompProfile in JSON") {
  Warnings warnings;
  CHECK(read(R"({"kind": "SeccompProfile", "spec": {"defaultAction": "SCMP_ACT_LOG"}})", warnings, "p.json")
            .header.default_action == Action::log);
}

TEST_CASE("what is written as a SeccompProfile reads as the same profile") {
  const resolve::Target target{Architecture::x86_64, {6, 1}, resolve::capabilities_named("DEFAULT", 0)};
  for (const auto engine :
       {defaults::Engine::docker, defaults::Engine::podman, defaults::Engine::containerd}) {
    const OciSeccomp seccomp = evaluate_template(defaults::default_profile(engine, ""), target);
    if (seccomp.header.default_errno_ret.value_or(1) != 1) continue;
    const std::string yaml = to_spo_yaml(seccomp, "web");
    CHECK(
        yaml.starts_with("apiVersion: security-profiles-operator.x-k8s.io/v1beta1\nkind: SeccompProfile\n"));
    OciSeccomp again = evaluate_template(read(yaml), target);
    OciSeccomp expected = seccomp;
    again.header.default_errno_ret = expected.header.default_errno_ret = std::nullopt;
    CHECK(to_text(to_json(again)) == to_text(to_json(expected)));
  }
  OciSeccomp other{"p", {}, {}};
  other.header.default_errno_ret = 38;
  CHECK_THROWS_WITH(to_spo_yaml(other, "p"), Catch::Contains("cannot say that the default errno is 38"));
}

TEST_CASE("what is written as a template reads as the same template") {
  for (const auto engine : {defaults::Engine::docker, defaults::Engine::podman}) {
    const Profile profile = defaults::default_profile(engine, "");
    const std::string text = to_text(to_template_json(profile));
    Warnings warnings;
    const Profile again = read_profile(json::parse(text, "t"), "t", warnings);
    CHECK(again.rules.size() == profile.rules.size());
    CHECK(to_text(to_template_json(again)) == text);
    // For a container with capabilities, too.
    for (const char* const capabilities : {"DEFAULT", "ALL"}) {
      const resolve::Target target{
          Architecture::aarch64, {4, 7}, resolve::capabilities_named(capabilities, 40)};
      CHECK(to_text(to_json(evaluate_template(again, target))) ==
            to_text(to_json(evaluate_template(profile, target))));
    }
  }
}

TEST_CASE("names of Kubernetes objects") {
  CHECK(kubernetes_name("RuntimeDefault@docker-29.7.2") == "runtimedefault-docker-29.7.2");
  CHECK(kubernetes_name("/etc/profiles/My Web.json") == "my-web");
  CHECK(kubernetes_name("@@@") == "profile");
}
