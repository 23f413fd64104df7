// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <catch2/catch.hpp>

#include "hooks/guard/agreement.h"
#include "hooks/guard/policy.h"
#include "hooks/guard/refusal.h"
#include "hooks/guard/request.h"
#include "libprofile/document/read_profile.h"
#include "libprofile/resolve/bundle_request.h"

using namespace scrim;
using guard::parse_policy;

namespace {

const std::string denies_mkdir = R"({"defaultAction": "SCMP_ACT_ALLOW",
  "syscalls": [{"names": ["mkdir"], "action": "SCMP_ACT_ERRNO"}]})";

guard::Request request_of(const std::string& text) {
  guard::Request request;
  request.config_file = "config.json";
  request.config = document::json::parse(text, "config.json");
  document::Warnings warnings;
  const resolve::Request wanted = resolve::bundle_request(request.config, request.config_file, {}, warnings);
  request.privileged = wanted.privileged;
  request.resolution =
      resolve::resolve(wanted, {}, {resolve::native_architecture(), resolve::running_kernel(), {}});
  return request;
}

guard::Request with_profile(const std::string& seccomp, const std::string& rest = "") {
  return request_of(R"({"linux": {"seccomp": )" + seccomp + "}" + rest + "}");
}

}  // namespace

TEST_CASE("a guard's policy is read strictly") {
  const guard::Policy policy = parse_policy(R"({"allowUnconfined": true, "allowPrivileged": true,
    "refuse": "warning", "ignore": ["default-allows"], "runtime": "crun", "killOnDisagreement": false,
    "exempt": [{"annotation": "a", "value": "b*"}]})",
                                            "guard.json");
  CHECK(policy.allow_unconfined);
  CHECK(policy.allow_privileged);
  CHECK(policy.refuse == lint::Severity::warning);
  CHECK(policy.ignore == std::vector<std::string>{"default-allows"});
  CHECK(policy.runtime == lint::Runtime::crun);
  CHECK_FALSE(policy.kill_on_disagreement);
  CHECK(policy.exempt.size() == 1);
  CHECK_FALSE(parse_policy("{}", "guard.json").allow_unconfined);
  CHECK(parse_policy("{}", "guard.json").refuse == lint::Severity::error);
  CHECK_FALSE(parse_policy(R"({"refuse": "nothing"})", "guard.json").refuse);
  for (const char* const text :
       {"", "[]", R"({"allowUnconfined": "yes"})", R"({"allowunconfined": true})", R"({"refuse": "errors"})",
        R"({"ignore": "x"})", R"({"exempt": [{}]})", R"({"exempt": [{"annotation": "a"}]})",
        R"({"exempt": [{"annotation": "a", "value": "b", "image": "c"}]})", R"({"runtime": "youki"})",
        R"({"refuse": "error", "refuse": "nothing"})"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(parse_policy(text, "guard.json"), document::DocumentError);
  }
  CHECK_THROWS_AS(guard::load_policy("/nonexistent/guard.json", true), SystemError);
  CHECK_FALSE(guard::load_policy("/nonexistent/guard.json", false).allow_unconfined);
}

TEST_CASE("a guard refuses what would run unconfined") {
  const guard::Policy policy;
  CHECK_THAT(refusal(request_of("{}"), policy), Catch::Contains("would run unconfined"));
  CHECK_THAT(refusal(with_profile("null"), policy), Catch::Contains("would run unconfined"));
  CHECK_THAT(refusal(with_profile(R"({"defaultAction": "SCMP_ACT_ALLOW"})"), policy),
             Catch::Contains("lets every call through"));
  CHECK_THAT(refusal(with_profile(R"({"defaultAction": "SCMP_ACT_LOG"})"), policy),
             Catch::Contains("lets every call through"));
  CHECK(refusal(with_profile(denies_mkdir), policy).empty());
  guard::Policy lenient;
  lenient.allow_unconfined = true;
  CHECK(refusal(request_of("{}"), lenient).empty());
  guard::Request privileged = request_of("{}");
  privileged.privileged = true;
  CHECK_THAT(refusal(privileged, lenient), Catch::Contains("privileged"));
  lenient.allow_privileged = true;
  CHECK(refusal(privileged, lenient).empty());
  const std::string program = R"(, "annotations": {"run.oci.seccomp_bpf_data": "BgAAAAAA/38="})";
  CHECK_THAT(refusal(with_profile(denies_mkdir, program), policy),
             Catch::Contains("in place of the profile"));
  guard::Policy of_scrim;  // which takes that annotation out
  of_scrim.runtime = lint::Runtime::scrim;
  CHECK(refusal(with_profile(denies_mkdir, program), of_scrim).empty());
}

TEST_CASE("a guard refuses what lint finds, as far as the policy counts it") {
  const std::string few = R"({"defaultAction": "SCMP_ACT_ERRNO",
    "syscalls": [{"names": ["read"], "action": "SCMP_ACT_ALLOW"}]})";
  guard::Policy policy;
  CHECK_THAT(refusal(with_profile(few), policy), Catch::Contains("[cannot-start]"));
  policy.ignore = {"cannot-start"};
  CHECK_THAT(refusal(with_profile(few), policy), !Catch::Contains("[cannot-start]"));
  policy.ignore.clear();
  policy.refuse = std::nullopt;
  CHECK(refusal(with_profile(few), policy).empty());
}

TEST_CASE("exemptions are by annotation") {
  const guard::Policy policy =
      parse_policy(R"({"exempt": [{"annotation": "namespace", "value": "kube-*"}]})", "guard.json");
  const auto exempt = [&](const std::string& annotations) {
    const auto config = document::json::parse(R"({"annotations": )" + annotations + "}", "config.json");
    return exemption_of(policy, config) != nullptr;
  };
  CHECK(exempt(R"({"namespace": "kube-system"})"));
  CHECK_FALSE(exempt(R"({"namespace": "shop"})"));
  CHECK_FALSE(exempt(R"({"namespace": 7})"));
  CHECK_FALSE(exempt("null"));
  CHECK_FALSE(exempt("[]"));
}

TEST_CASE("a hook's state is read with care") {
  const guard::State state =
      guard::parse_state(R"({"ociVersion": "1.0.2", "id": "x", "pid": 7, "bundle": "/b"})");
  CHECK(state.id == "x");
  CHECK(state.bundle == "/b");
  CHECK(state.pid == 7);
  CHECK_FALSE(guard::parse_state(R"({"id": "x", "bundle": "/b"})").pid);
  CHECK_FALSE(guard::parse_state(R"({"id": "x", "bundle": "/b", "pid": 0})").pid);
  for (const char* const text :
       {"", "7", "[]", R"({"id": "x"})", R"({"bundle": "/b"})", R"({"id": "x", "bundle": "b"})",
        R"({"id": "x", "bundle": "/b\u0000c"})", R"({"id": "x", "bundle": "/b", "pid": -1})",
        R"({"id": "x", "bundle": "/b", "pid": 1e9})", R"({"id": "x", "bundle": "/b", "pid": "7"})"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(guard::parse_state(text), document::DocumentError);
  }
}

TEST_CASE("a process without a filter is no match for a profile") {
  CHECK_FALSE(guard::agreement(with_profile(denies_mkdir), getpid(), 0).disagreement.empty());
  CHECK(guard::agreement(request_of("{}"), getpid(), 0).disagreement.empty());
  CHECK(guard::agreement(with_profile(denies_mkdir), 0x3fffff, 0).disagreement.empty());  // it has ended
}
