// SPDX-License-Identifier: Apache-2.0
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>

#include "libprofile/document/json.h"
#include "libprofile/inspect/against_config.h"
#include "libprofile/inspect/container.h"
#include "libprofile/inspect/monitor.h"
#include "libprofile/inspect/report.h"
#include "libprofile/resolve/target.h"

using namespace scrim;
using document::json::parse;
using document::json::Value;

namespace {

const std::string id(64, 'c');

inspect::Container described(const std::string& config, const std::string& engine = "containerd") {
  inspect::Container container;
  container.engine = engine;
  container.id = id;
  add_annotations(container, parse(config, "config.json"));
  return container;
}

}  // namespace

TEST_CASE("monitors say which container they watch over") {
  using inspect::Monitor;
  using inspect::read_monitor;
  const auto shim = read_monitor("containerd-shim",
                                 {"/usr/bin/containerd-shim-runc-v2", "-namespace", "moby", "-id", id,
                                  "-address", "/run/containerd/containerd.sock"},
                                 "/run/containerd/io.containerd.runtime.v2.task/moby/" + id);
  REQUIRE(shim);
  CHECK(shim->kind == Monitor::Kind::shim);
  CHECK(shim->id == id);
  CHECK(shim->shim_namespace == "moby");
  CHECK(shim->bundle == "/run/containerd/io.containerd.runtime.v2.task/moby/" + id);

  const std::string userdata = "/var/lib/containers/storage/overlay-containers/" + id + "/userdata";
  const auto conmon = read_monitor("conmon",
                                   {"/usr/bin/conmon", "--api-version", "1", "-c", id, "-u", id, "-r",
                                    "/usr/bin/crun", "-b", userdata, "-n", "web", "--full-attach"},
                                   "/");
  REQUIRE(conmon);
  CHECK(conmon->kind == Monitor::Kind::conmon);
  CHECK(conmon->name == "web");
  CHECK(conmon->bundle == userdata);

  const auto of_exec = read_monitor("conmon",
                                    {"/usr/bin/conmon", "-c", id, "-b", userdata + "/session", "-n", "web",
                                     "-e", "--exec-attach", "--exec-process-spec", "/x"},
                                    "/");
  REQUIRE(of_exec);
  CHECK(of_exec->bundle == userdata);

  // Whatever its arguments are, it is no monitor, or no whole one.
  CHECK_FALSE(read_monitor("sleep", {"sleep", "-c", id, "-b", "/x"}, "/"));
  CHECK_FALSE(read_monitor("conmon", {}, "/"));
  CHECK_FALSE(read_monitor("conmon", {"conmon", "-c"}, "/"));
  CHECK_FALSE(read_monitor("conmon", {"conmon", "-c", id, "-b", "relative"}, "/"));
  CHECK_FALSE(read_monitor("containerd-shim", {"x", "-id", id}, ""));
  inspect::Monitors monitors;
  CHECK(monitors.over(getpid()) == nullptr);
  CHECK(monitors.over(0x3fffff) == nullptr);
}

TEST_CASE("containers are called as their engines' users call them") {
  const inspect::Container containerds = described(R"({"annotations": {
    "io.kubernetes.cri.container-type": "container", "io.kubernetes.cri.container-name": "main",
    "io.kubernetes.cri.sandbox-name": "web", "io.kubernetes.cri.sandbox-namespace": "shop",
    "io.kubernetes.cri.image-name": "nginx:1"}})");
  CHECK(containerds.title() == "shop/web/main");
  CHECK(containerds.image == "nginx:1");
  CHECK_FALSE(containerds.sandbox);
  for (const std::string& name :
       {std::string("main"), std::string("web/main"), std::string("shop/web/main"), id, id.substr(0, 12)})
    CHECK(containerds.is_called(name));
  for (const std::string& name : {std::string("web"), std::string("shop"), std::string("other/web/main"),
                                  id.substr(0, 11), std::string()})
    CHECK_FALSE(containerds.is_called(name));

  const inspect::Container crios = described(R"({"annotations": {"io.container.manager": "cri-o",
    "io.kubernetes.cri-o.ContainerType": "container", "io.kubernetes.container.name": "main",
    "io.kubernetes.pod.name": "web", "io.kubernetes.pod.namespace": "shop",
    "io.kubernetes.cri-o.ImageName": "nginx:1"}})",
                                             "cri-o");
  CHECK(crios.title() == "shop/web/main");
  CHECK_FALSE(crios.sandbox);

  const inspect::Container sandbox = described(R"({"annotations": {
    "io.kubernetes.cri.container-type": "sandbox", "io.kubernetes.cri.sandbox-name": "web",
    "io.kubernetes.cri.sandbox-namespace": "shop"}})");
  CHECK(sandbox.sandbox);
  CHECK(sandbox.title() == "shop/web (sandbox)");
  CHECK_FALSE(sandbox.is_called("web"));
  // Keys of one engine are anybody's text on another.
  const std::string both = R"({"annotations": {"io.kubernetes.cri.container-name": "main",
    "io.kubernetes.cri.container-type": "sandbox", "io.kubernetes.container.name": "other",
    "io.kubernetes.pod.name": "pod"}})";
  CHECK(described(both, "containerd").name == "main");
  CHECK(described(both, "containerd").pod.empty());
  CHECK(described(both, "cri-o").name == "other");
  CHECK_FALSE(described(both, "cri-o").sandbox);
  CHECK(described(both, "docker").title() == id);
  CHECK(described(both, "podman").title() == id);
  // What is no string, or no object, says nothing.
  CHECK(described(R"({"annotations": {"io.kubernetes.cri.container-name": 7}})").name.empty());
  CHECK(described(R"({"annotations": []})").title() == id);
  CHECK(described("7").title() == id);
}

TEST_CASE("what is enforced is held against config.json") {
  const auto native = resolve::native_architecture();
  const auto asked = [&](const std::string& seccomp) {
    return inspect::asked_for(parse(R"({"linux": {"seccomp": )" + seccomp + "}}", "config.json"),
                              "config.json", native);
  };
  const std::string denies_mkdir = R"({"defaultAction": "SCMP_ACT_ALLOW",
    "syscalls": [{"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO"}]})";
  const std::string denies_rmdir = R"({"defaultAction": "SCMP_ACT_ALLOW",
    "syscalls": [{"names": ["unlinkat"], "action": "SCMP_ACT_ERRNO"}]})";
  const std::string allows_few = R"({"defaultAction": "SCMP_ACT_ERRNO",
    "syscalls": [{"names": ["read", "write"], "action": "SCMP_ACT_ALLOW"}]})";
  CHECK(asked("null").empty());
  CHECK(asked(denies_mkdir).size() == 1);
  REQUIRE(asked(allows_few).size() == 2);
  CHECK_THROWS_AS(asked("17"), Error);
  CHECK_THROWS_AS(asked(R"({"defaultAction": "SCMP_ACT_NONE"})"), Error);

  const auto runs = [&](const std::vector<filter::Program>& programs) {
    return inspect::enforced("it", programs, native);
  };
  const filter::Program mkdir = asked(denies_mkdir).front().programs.front();
  const filter::Program other = asked(denies_rmdir).front().programs.front();
  const auto against = [&](const std::string& seccomp, const std::vector<filter::Program>& programs) {
    return inspect::against_config(asked(seccomp), "config.json", runs(programs));
  };
  CHECK(against(denies_mkdir, {mkdir}).equal());
  CHECK(against(denies_mkdir, {mkdir}).asks);
  CHECK_FALSE(against(denies_mkdir, {other}).equal());
  CHECK_FALSE(against(denies_mkdir, {}).equal());  // unconfined against its will
  CHECK(against("null", {}).equal());
  CHECK_FALSE(against("null", {}).asks);
  CHECK(against("null", {other}).besides == 1);
  // A program in the container has another one; the last of the list was installed first.
  CHECK(against(denies_mkdir, {other, mkdir}).equal());
  CHECK(against(denies_mkdir, {other, mkdir}).besides == 1);
  CHECK_FALSE(against(denies_mkdir, {mkdir, other}).equal());
  // As crun loads it: without ENOSYS for calls newer than the profile.
  const auto few = asked(allows_few);
  CHECK_FALSE(against(allows_few, {few[0].programs.front()}).as_crun);
  CHECK(against(allows_few, {few[1].programs.front()}).equal());
  CHECK(against(allows_few, {few[1].programs.front()}).as_crun);
}

TEST_CASE("whose child a process is is asked once") {
  const pid_t child = fork();
  if (child == 0) {
    pause();
    _exit(0);
  }
  inspect::Monitors monitors;
  CHECK(monitors.parent(child) == getpid());
  REQUIRE(kill(child, SIGKILL) == 0);
  REQUIRE(waitpid(child, nullptr, 0) == child);
  CHECK(monitors.parent(child) == getpid());
  CHECK_FALSE(inspect::Monitors().parent(child));
}
