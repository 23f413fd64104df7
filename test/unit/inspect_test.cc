// SPDX-License-Identifier: Apache-2.0
#include <linux/audit.h>
#include <sys/types.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cerrno>

#include "libprofile/defaults/defaults.h"
#include "libprofile/error.h"
#include "libprofile/filter/own.h"
#include "libprofile/inspect/difference.h"
#include "libprofile/inspect/explain.h"
#include "libprofile/inspect/known.h"
#include "libprofile/inspect/patience.h"
#include "libprofile/inspect/process.h"
#include "libprofile/kernel/read_back.h"
#include "libprofile/policy/table.h"
#include "libprofile/resolve/template.h"

using namespace scrim;
using document::Action;
using document::Architecture;
using document::Operator;
using inspect::ChangeKind;
using inspect::Enforced;

namespace {

resolve::Target target(Architecture architecture = Architecture::x86_64) {
  return {architecture, {6, 1}, resolve::capabilities_named("DEFAULT", 0)};
}

policy::Table table_of(std::vector<policy::Rule> rules) {
  policy::Policy policy;
  policy.name = "test.json";
  policy.otherwise = {Action::error, EPERM};
  policy.architectures = {Architecture::x86_64};
  policy.rules = std::move(rules);
  return make_table(policy);
}

Enforced meaning(std::vector<policy::Rule> rules) {
  return inspect::enforced("test", {filter::compile(table_of(std::move(rules)))}, Architecture::x86_64);
}

Enforced built_in(defaults::Engine engine, const char* version, Architecture architecture) {
  document::Warnings warnings;
  const document::OciSeccomp seccomp =
      evaluate_template(defaults::default_profile(engine, version), target(architecture));
  const policy::Policy policy = make_policy(seccomp, policy::UnknownSyscalls::warn, warnings, architecture);
  return inspect::enforced(seccomp.file, {filter::compile(make_table(policy))}, architecture);
}

ChangeKind only_kind(const std::vector<inspect::CallChange>& changes, const std::string& call) {
  REQUIRE(changes.size() == 1);
  CHECK(changes.front().call == call);
  CHECK(changes.front().abi == "x86_64");
  return changes.front().kind;
}

}  // namespace

TEST_CASE("differences have a kind, and a direction") {
  const Enforced none = meaning({{"read", {Action::allow, 0}, {}}});
  const Enforced all = meaning({{"read", {Action::allow, 0}, {}}, {"keyctl", {Action::allow, 0}, {}}});
  const Enforced some = meaning(
      {{"read", {Action::allow, 0}, {}}, {"keyctl", {Action::allow, 0}, {{0, Operator::equal, 5, 0, {}}}}});
  const Enforced killed =
      meaning({{"read", {Action::allow, 0}, {}}, {"keyctl", {Action::kill_process, 0}, {}}});
  CHECK(differences(none, none).empty());
  CHECK(only_kind(differences(none, all), "keyctl") == ChangeKind::newly_allowed);
  CHECK(only_kind(differences(all, none), "keyctl") == ChangeKind::newly_denied);
  CHECK(only_kind(differences(all, some), "keyctl") == ChangeKind::now_conditional);
  CHECK(only_kind(differences(none, killed), "keyctl") == ChangeKind::otherwise);
  CHECK(differences(all, some).front().after == "ALLOW if op == 5; otherwise ERRNO EPERM");
}

TEST_CASE("a program that allows or logs every call confines nothing") {
  const auto confines_nothing = [](Action otherwise) {
    policy::Policy policy;
    policy.otherwise = {otherwise, EPERM};
    policy.architectures = {Architecture::x86_64};
    const Enforced all =
        inspect::enforced("test", {filter::compile(make_table(policy))}, Architecture::x86_64);
    return lets_everything_through(all.abis.front());
  };
  CHECK(confines_nothing(Action::allow));
  CHECK(confines_nothing(Action::log));
  CHECK_FALSE(confines_nothing(Action::error));
  CHECK(lets_everything_through(inspect::enforced("test", {}, Architecture::x86_64).abis.front()));
}

TEST_CASE("a program's calls are counted in three kinds") {
  const Enforced some = meaning({{"read", {Action::allow, 0}, {}},
                                 {"write", {Action::log, 0}, {}},
                                 {"keyctl", {Action::allow, 0}, {{0, Operator::equal, 5, 0, {}}}}});
  const inspect::AbiCount count = count_of(*some.find(Architecture::x86_64));
  CHECK(count.allowed == 2);
  CHECK(count.conditional == 1);
  CHECK(count.conditional_names == std::vector<std::string>{"keyctl"});
  CHECK(count.denied > 300);
  CHECK(count.unknown == 0);
  const inspect::AbiCount closed = count_of(*some.find(Architecture::x86));
  CHECK(closed.allowed + closed.conditional == 0);
  CHECK(summary_of(*some.find(Architecture::x86)).everything == "KILL_THREAD");
}

TEST_CASE("every built-in default is found to be itself") {
  for (const Architecture architecture : {Architecture::x86_64, Architecture::aarch64}) {
    const std::vector<inspect::KnownProfile> known = inspect::known_defaults(target(architecture));
    for (const auto& [engine, version] :
         {std::pair(defaults::Engine::containerd, "1.6.20"), std::pair(defaults::Engine::docker, "20.10.24"),
          std::pair(defaults::Engine::podman, "0.50.1")}) {
      const Enforced it = built_in(engine, version, architecture);
      const inspect::Match nearest = inspect::nearest(it, known);
      CHECK(nearest.equal());
      CHECK(std::ranges::find(nearest.names, it.name) != nearest.names.end());
    }
  }
}

TEST_CASE("containerd's default on arm64: clone3 is named, and still denied") {
  const Enforced it = built_in(defaults::Engine::containerd, "", Architecture::aarch64);
  const document::Profile written = defaults::default_profile(defaults::Engine::containerd, "");
  const inspect::Explanation clone3 = inspect::explain("clone3", it, &written, target(Architecture::aarch64));
  REQUIRE_FALSE(clone3.answers.empty());
  CHECK(clone3.answers.front().abi == "aarch64");
  CHECK(clone3.answers.front().answer == "ERRNO ENOSYS");
  CHECK(std::ranges::any_of(clone3.rules, [](const inspect::NamingRule& rule) {
    return rule.applies && rule.says == "SCMP_ACT_ERRNO ENOSYS";
  }));
  CHECK(std::ranges::any_of(clone3.rules, [](const inspect::NamingRule& rule) {
    return !rule.applies && rule.only == "with CAP_SYS_ADMIN";
  }));
  CHECK_THROWS_WITH(inspect::explain("keyclt", it, &written, target(Architecture::aarch64)),
                    Catch::Contains("did you mean keyctl"));
}

TEST_CASE("several versions of one engine are told together") {
  CHECK(inspect::text_of({"RuntimeDefault@docker-1.0"}) == "RuntimeDefault@docker-1.0");
  CHECK(inspect::text_of({"RuntimeDefault@docker-1.0", "RuntimeDefault@docker-1.1"}) ==
        "RuntimeDefault@docker-1.0, RuntimeDefault@docker-1.1");
  CHECK(inspect::text_of({"RuntimeDefault@containerd-2.3.4", "RuntimeDefault@docker-1.0",
                          "RuntimeDefault@docker-1.1", "RuntimeDefault@docker-2.0+f0ddf1a",
                          "RuntimeDefault@docker-profiles-0.1"}) ==
        "RuntimeDefault@containerd-2.3.4, RuntimeDefault@docker-1.0 … 2.0+f0ddf1a (3 versions), "
        "RuntimeDefault@docker-profiles-0.1");
  CHECK(inspect::text_of({"RuntimeDefault@cri-o-1.0 as crun loads it",
                          "RuntimeDefault@cri-o-1.1 as crun loads it",
                          "RuntimeDefault@cri-o-1.2 as crun loads it"}) ==
        "RuntimeDefault@cri-o-1.0 … 1.2 (3 versions) as crun loads it");
}

TEST_CASE("containers are told by the paths of their cgroups") {
  const std::string id(64, 'a');
  const auto place = [&](const std::string& path) { return inspect::place_of("0::" + path + "\n"); };
  CHECK(place("/docker/" + id).engine == "docker");
  CHECK(place("/system.slice/docker-" + id + ".scope").id == id);
  CHECK(place("/kubepods/besteffort/pod1/" + id).engine == "containerd");
  CHECK(place("/kubepods.slice/pod1.slice/cri-containerd-" + id + ".scope").engine == "containerd");
  CHECK(place("/machine.slice/libpod-" + id + ".scope/container").engine == "podman");
  CHECK(place("/machine.slice/libpod-" + id + ".scope/container").id == id);
  CHECK(place("/kubepods/pod1/crio-" + id).engine == "cri-o");
  CHECK(place("/machine.slice/libpod-conmon-" + id + ".scope").id.empty());
  CHECK(place("/user.slice").id.empty());
  // Of several hierarchies the one that tells most.
  CHECK(inspect::place_of("5:pids:/docker/" + id + "\n1:name=systemd:/\n0::/\n").id == id);
  CHECK(inspect::place_of("").cgroup.empty());
}

TEST_CASE("what is enforced on this process is read, or why not is said") {
  const std::vector<kernel::ThreadStatus> threads = kernel::threads_of(getpid());
  REQUIRE_FALSE(threads.empty());
  CHECK(threads.front().tid == getpid());
  CHECK(threads.front() == kernel::status_of(getpid(), getpid()));
  CHECK_THROWS_AS(kernel::threads_of(0x3fffff), SystemError);
  // A thread of the process that asks cannot be stopped by it.
  CHECK_THROWS_AS(kernel::filters_of(getpid()), SystemError);
}

TEST_CASE("processes that do not stop take three seconds in all, and those behind them are still tried") {
  inspect::Patience patience;
  CHECK(patience.for_next() == kernel::stops_within);
  std::chrono::milliseconds all{0};
  std::size_t tried = 0;
  for (; patience.for_next() > std::chrono::milliseconds::zero(); ++tried) {
    all += patience.for_next();
    patience.spend();
  }
  CHECK(all == std::chrono::seconds(3));
  CHECK(tried > 100);
}
