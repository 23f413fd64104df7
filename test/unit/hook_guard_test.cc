// SPDX-License-Identifier: Apache-2.0
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <functional>
#include <future>
#include <thread>

#include "hooks/guard/agreement.h"
#include "hooks/guard/container_process.h"
#include "hooks/guard/policy.h"
#include "hooks/guard/refusal.h"
#include "hooks/guard/request.h"
#include "libprofile/defaults/defaults.h"
#include "libprofile/document/read_profile.h"
#include "libprofile/document/write_profile.h"
#include "libprofile/inspect/proc_files.h"
#include "libprofile/resolve/bundle_request.h"
#include "libprofile/resolve/template.h"

using namespace scrim;
using guard::parse_policy;

namespace {

// As engines write it, for a container with no capability.
std::string docker_default() {
  const document::OciSeccomp resolved =
      resolve::evaluate_template(defaults::default_profile(defaults::Engine::docker, ""),
                                 {resolve::native_architecture(), resolve::running_kernel(), {}});
  return document::json::to_text(document::to_json(resolved));
}

std::string denies_mkdir(const std::string& otherwise) {
  return R"({"defaultAction": ")" + otherwise +
         R"(", "syscalls": [{"names": ["mkdir"], "action": "SCMP_ACT_ERRNO"}]})";
}

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

document::OciSeccomp floor_of(const std::string& seccomp) {
  document::Warnings warnings;
  return document::read_oci_seccomp(document::json::parse(seccomp, "floor.json"), "floor.json", warnings);
}

guard::Request with_profile(const std::string& seccomp, const std::string& rest = "") {
  return request_of(R"({"linux": {"seccomp": )" + seccomp + "}" + rest + "}");
}

// A process of ours that does `work`; ended, and reaped, with this.
struct Child {
  explicit Child(const std::function<void()>& work) : pid(fork()) {
    if (pid != 0) return;
    work();
    _exit(1);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    kill(pid, SIGKILL);
    waitpid(pid, nullptr, 0);
  }
  // Waits until it is a zombie.
  void ended() const {
    siginfo_t info{};
    waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOWAIT);
  }
  pid_t pid;
};

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
  CHECK(refusal(with_profile(docker_default()), policy).empty());
  guard::Policy lenient;
  lenient.allow_unconfined = true;
  CHECK(refusal(request_of("{}"), lenient).empty());
  guard::Request privileged = request_of("{}");
  privileged.privileged = true;
  CHECK_THAT(refusal(privileged, lenient), Catch::Contains("privileged"));
  lenient.allow_privileged = true;
  CHECK(refusal(privileged, lenient).empty());
  const std::string program = R"(, "annotations": {"run.oci.seccomp_bpf_data": "BgAAAAAA/38="})";
  CHECK_THAT(refusal(with_profile(docker_default(), program), policy),
             Catch::Contains("in place of the profile"));
  guard::Policy of_scrim;  // which takes that annotation out
  of_scrim.runtime = lint::Runtime::scrim;
  CHECK(refusal(with_profile(docker_default(), program), of_scrim).empty());
}

TEST_CASE("what runs although no rule names it makes a profile as good as none") {
  const guard::Policy policy;
  guard::Policy lenient;
  lenient.allow_unconfined = true;
  for (const std::string action : {"SCMP_ACT_ALLOW", "SCMP_ACT_LOG", "SCMP_ACT_TRACE"}) {
    CAPTURE(action);
    CHECK_THAT(refusal(with_profile(denies_mkdir(action)), policy),
               Catch::Contains(action) && Catch::Contains("allowUnconfined"));
    CHECK(refusal(with_profile(denies_mkdir(action)), lenient).empty());
  }
  // It is linted all the same.
  lenient.refuse = lint::Severity::warning;
  CHECK_THAT(refusal(with_profile(denies_mkdir("SCMP_ACT_ALLOW")), lenient),
             Catch::Contains("[default-allows]"));
}

TEST_CASE("a profile and the floor are open if both are") {
  const guard::Policy policy;
  const std::string open = denies_mkdir("SCMP_ACT_ALLOW");
  guard::Request request = with_profile(open);
  request.resolution.floor = floor_of(denies_mkdir("SCMP_ACT_LOG"));
  CHECK_THAT(refusal(request, policy), Catch::Contains("SCMP_ACT_ALLOW, SCMP_ACT_LOG"));
  request.resolution.floor = floor_of(docker_default());
  CHECK(refusal(request, policy).empty());
  request = with_profile(docker_default());
  request.resolution.floor = floor_of(open);
  CHECK(refusal(request, policy).empty());
  // The floor of a container that asks for nothing.
  request = request_of("{}");
  request.resolution.seccomp = floor_of(open);
  CHECK_THAT(refusal(request, policy), Catch::Contains("by its default action SCMP_ACT_ALLOW"));
  request.resolution.seccomp = floor_of(docker_default());
  CHECK(refusal(request, policy).empty());
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
  const guard::Request request = with_profile(docker_default());
  CHECK_THAT(guard::agreement(request, getpid(), 0).disagreement, Catch::Contains("seccomp disabled"));
  CHECK(guard::agreement(request_of("{}"), getpid(), 0).disagreement.empty());
  CHECK(guard::agreement(request, 0x3fffff, 0).disagreement.empty());  // it has ended
}

TEST_CASE("a process that has ended counts by the program that it was") {
  const guard::Request request = with_profile(docker_default());
  constexpr int long_enough_ms = 20000;
  // What a runtime made, and what ended before it was the container's program.
  Child forked([] { _exit(0); });
  forked.ended();
  CHECK(guard::agreement(request, forked.pid, long_enough_ms).disagreement.empty());
  Child executed([] { execl("/bin/true", "true", nullptr); });
  executed.ended();
  CHECK_THAT(guard::agreement(request, executed.pid, long_enough_ms).disagreement,
             Catch::Contains("seccomp disabled"));
}

TEST_CASE("whether a process has executed a program") {
  CHECK(inspect::has_executed(getpid()) == true);
  const Child child([] { pause(); });
  CHECK(inspect::has_executed(child.pid) == false);
  CHECK_FALSE(inspect::has_executed(0x3fffff).has_value());
}

TEST_CASE("a process that is killed has ended, or it is said why not") {
  Child child([] { pause(); });
  {
    const guard::ContainerProcess process(child.pid);
    CHECK(process.kill(20000).empty());
    child.ended();
    CHECK_THAT(process.kill(0), Catch::Contains("it has ended by itself"));
  }
  CHECK_THAT(guard::ContainerProcess(0x3fffff).kill(0), Catch::Contains("it has ended by itself"));
  // No process, but one of its threads: pidfd_open(2) refuses that.
  std::promise<pid_t> thread_id;
  std::promise<void> may_end;
  std::thread thread([&] {
    thread_id.set_value(gettid());
    may_end.get_future().wait();
  });
  CHECK_THAT(guard::ContainerProcess(thread_id.get_future().get()).kill(0),
             Catch::Contains("not killed: open process"));
  may_end.set_value();
  thread.join();
}
