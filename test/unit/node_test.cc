// SPDX-License-Identifier: Apache-2.0
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "libprofile/error.h"
#include "libprofile/node/engines.h"
#include "libprofile/node/kernel_facts.h"
#include "libprofile/node/kubelet_facts.h"
#include "libprofile/node/node.h"
#include "libprofile/node/profiles.h"
#include "libprofile/node/program_version.h"
#include "libprofile/text.h"

using namespace scrim;
namespace fs = std::filesystem;

namespace {

class Directory {
 public:
  explicit Directory(const std::string& parent = "/tmp") {
    std::string name = parent + "/scrim-node-test.XXXXXX";
    path_ = mkdtemp(name.data());
  }
  Directory(const Directory&) = delete;
  Directory& operator=(const Directory&) = delete;
  ~Directory() { fs::remove_all(path_); }
  std::string write(const std::string& name, const std::string& text,
                    fs::perms mode = fs::perms(0644)) const {
    const fs::path file = path_ / name;
    fs::create_directories(file.parent_path());
    std::ofstream(file) << text;
    fs::permissions(file, mode);
    return file.string();
  }
  [[nodiscard]] std::string path() const { return path_.string(); }

 private:
  fs::path path_;
};

}  // namespace

TEST_CASE("versions are found in what programs print") {
  using node::version_in;
  CHECK(version_in("containerd github.com/containerd/containerd 1.6.20~ds1 1.6.20~ds1-1+deb12u1\n") ==
        "1.6.20");
  CHECK(version_in("containerd containerd.io 2.2.0 1c4457e00facac03ce1d75f7b6777a7a851e5c41") == "2.2.0");
  CHECK(version_in("containerd github.com/containerd/containerd/v2 v2.1.0-beta.1 x") == "2.1.0");
  CHECK(version_in("Docker version 20.10.24+dfsg1, build 297e128\n") == "20.10.24");
  CHECK(version_in("podman version 4.3.1\n") == "4.3.1");
  CHECK(version_in("crio version 1.28.0\nVersion:        1.28.0\n") == "1.28.0");
  CHECK_FALSE(version_in(""));
  CHECK_FALSE(version_in("none"));
  CHECK_FALSE(version_in("version 7"));
  CHECK_FALSE(version_in("1."));
  CHECK(version_in("..1 1.2.") == "1.2");
}

TEST_CASE("programs are run for their versions with care") {
  // Not below /tmp, where others can put something.
  const Directory directory(geteuid() == 0 ? "/run" : "/tmp");
  const Directory anybodys;
  const std::string prints =
      directory.write("prints", "#!/bin/sh\necho it is 1.2.3 $HOME\n", fs::perms(0755));
  const std::string hangs = directory.write("hangs", "#!/bin/sh\nsleep 60 & wait\n", fs::perms(0755));
  const std::string floods = directory.write("floods", "#!/bin/sh\nexec yes 1.2.3\n", fs::perms(0755));
  if (geteuid() == 0) {
    CHECK(node::version_output(prints) == "it is 1.2.3\n");
    CHECK_THROWS_WITH(node::version_output(hangs), Catch::Contains("no answer within two seconds"));
    CHECK(node::version_output(floods).size() < 100'000);
    fs::create_symlink(prints, directory.path() + "/link");
    CHECK(node::version_output(directory.path() + "/link") == "it is 1.2.3\n");
  }
  const std::string elsewhere = anybodys.write("prints", "#!/bin/sh\necho it is 1.2.3\n", fs::perms(0755));
  CHECK_THROWS_WITH(node::version_output(elsewhere), Catch::Contains("others than root can change it"));
  fs::create_symlink(elsewhere, directory.path() + "/away");
  CHECK_THROWS_WITH(node::version_output(directory.path() + "/away"),
                    Catch::Contains("others than root can change it"));
  fs::permissions(prints, fs::perms(0757));
  CHECK_THROWS_WITH(node::version_output(prints), Catch::Contains("others than root can change it"));
  CHECK_THROWS_AS(node::version_output("/nonexistent/program"), Error);
  CHECK(node::installed_program("no-such-program").empty());
}

TEST_CASE("a known version's default is named") {
  std::vector<std::string> remarks;
  CHECK(node::built_in_default(defaults::Engine::docker, "20.10.24", remarks) ==
        "RuntimeDefault@docker-20.10.24");
  CHECK(remarks.empty());
  CHECK(node::built_in_default(defaults::Engine::docker, "0.0.1", remarks).empty());
  CHECK(remarks.size() == 1);
  CHECK(node::built_in_default(defaults::Engine::podman, "4.3.1", remarks).empty());
  CHECK(remarks.size() == 2);
}

TEST_CASE("the kernel's facts are read from /proc/sys") {
  const Directory directory;
  const std::string sysctl = "proc/sys/";
  directory.write(sysctl + "kernel/osrelease", "5.10.0-21-amd64\n");
  directory.write(sysctl + "kernel/seccomp/actions_avail", "kill_process errno allow\n");
  directory.write(sysctl + "kernel/seccomp/actions_logged", "kill_process \n");
  directory.write(sysctl + "net/core/bpf_jit_enable", "1\n");
  directory.write(sysctl + "kernel/unprivileged_userns_clone", "0\n");
  directory.write("sys/kernel/security/lsm", "capability,yama,apparmor");
  const node::KernelFacts facts = node::kernel_facts(directory.path());
  CHECK(facts.release == "5.10.0-21-amd64");
  CHECK(facts.actions == std::vector<std::string>{"kill_process", "errno", "allow"});
  CHECK(facts.logged_actions == std::vector<std::string>{"kill_process"});
  CHECK(facts.bitmap == false);
  CHECK(facts.jit == 1);
  CHECK_FALSE(facts.jit_harden);
  CHECK(facts.unprivileged_user_namespaces == false);
  CHECK(facts.security_modules == std::vector<std::string>{"capability", "yama", "apparmor"});
  CHECK(node::kernel_facts("/nonexistent").actions.empty());
  CHECK_FALSE(node::kernel_facts("").actions.empty());
}

TEST_CASE("a kubelet's seccompDefault is read from its command line and its file") {
  const Directory directory;
  const std::string head = "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n";
  const std::string on = directory.write("on.yaml", head + "seccompDefault: true\n");
  const std::string silent = directory.write("silent.yaml", head);
  const std::string odd = directory.write("odd.yaml", head + "seccompDefault: 7\n");
  const std::string other = directory.write("other.yaml", "kind: Pod\n");
  using Arguments = std::vector<std::string>;
  const auto facts = [&](Arguments rest) {
    rest.insert(rest.begin(), "/usr/bin/kubelet");
    return node::read_kubelet_facts(rest, directory.path());
  };
  CHECK(facts({"--config", on}).seccomp_default == true);
  CHECK_THAT(facts({"--config=" + on}).because.front(), Catch::Contains("on.yaml:3:"));
  CHECK(facts({"--config=" + silent}).seccomp_default == false);
  CHECK(facts({"--config=" + silent, "--seccomp-default"}).seccomp_default == true);
  CHECK(facts({"--config=" + on, "--seccomp-default=false"}).seccomp_default == false);
  CHECK(facts({}).seccomp_default == false);
  CHECK(facts({"--root-dir=/srv/kubelet"}).profile_root() == "/srv/kubelet/seccomp");
  for (const std::string& file : {odd, other, std::string("/nonexistent/config.yaml")}) {
    CAPTURE(file);
    CHECK_FALSE(facts({"--config=" + file}).seccomp_default);
    CHECK(facts({"--config=" + file}).problems.size() == 1);
  }
  // Go's strconv.ParseBool.
  for (const char* const yes : {"1", "t", "T", "true", "TRUE", "True"})
    CHECK(facts({concat("--seccomp-default=", yes)}).seccomp_default == true);
  for (const char* const no : {"0", "f", "F", "false", "FALSE", "False"})
    CHECK(facts({"--config=" + on, concat("--seccomp-default=", no)}).seccomp_default == false);
  CHECK_FALSE(facts({"--config=" + on, "--seccomp-default=yes"}).seccomp_default);
  CHECK(facts({"--config=" + on, "--seccomp-default=yes"}).problems.size() == 1);
  CHECK(facts({"--seccomp_default=true"}).seccomp_default == true);
  CHECK(facts({"--", "--seccomp-default"}).seccomp_default == false);
  // Where the kubelet was started.
  CHECK(facts({"--config=on.yaml"}).seccomp_default == true);
  CHECK(facts({"--config", "on.yaml"}).config_file == on);
  CHECK(facts({"--root-dir=kubelet"}).profile_root() == directory.path() + "/kubelet/seccomp");
  CHECK(facts({"--config=" + on, "--config-dir=/nonexistent/kubelet.d"}).problems.size() == 1);
  CHECK_FALSE(facts({"--config=" + on, "--config-dir=/nonexistent/kubelet.d"}).seccomp_default);
  CHECK(facts({"--config"}).seccomp_default == false);
}

TEST_CASE("a kubelet's drop-ins are merged by name, and the last one counts") {
  const Directory directory;
  const std::string head = "kind: KubeletConfiguration\n";
  const std::string off = directory.write("config.yaml", head + "seccompDefault: false\n");
  const auto facts = [&](const std::string& config) {
    std::vector<std::string> arguments{"kubelet", "--config-dir", "conf.d"};
    if (!config.empty()) arguments.push_back("--config=" + config);
    return node::read_kubelet_facts(arguments, directory.path());
  };
  fs::create_directory(directory.path() + "/conf.d");
  CHECK(facts(off).seccomp_default == false);
  CHECK(facts("").seccomp_default == false);
  directory.write("conf.d/10-on.conf", head + "seccompDefault: true\n");
  CHECK(facts(off).seccomp_default == true);
  CHECK(facts("").seccomp_default == true);
  CHECK_THAT(facts(off).because.front(), Catch::Contains("/conf.d/10-on.conf:2:17: seccompDefault is true"));
  directory.write("conf.d/05-off.conf", head + "seccompDefault: false\n");
  directory.write("conf.d/90-off.yaml", head + "seccompDefault: false\n");
  directory.write("conf.d/20-more.conf", head + "port: 10250\n");
  CHECK(facts(off).seccomp_default == true);
  // filepath.WalkDir: 15 comes between 10-on.conf and 20-more.conf.
  directory.write("conf.d/15/off.conf", head + "seccompDefault: null\n");
  CHECK(facts(off).seccomp_default == false);
  CHECK_THAT(facts(off).because.front(), Catch::Contains("nor in 4 files merged into it, which is false"));
  directory.write("conf.d/30.conf", head + "seccompDefault: true\nfeatureGates: {SeccompDefault: false}\n");
  CHECK(facts(off).problems.size() == 1);
  directory.write("conf.d/31.conf", head + "featureGates: {SeccompDefault: true}\n");
  CHECK(facts(off).problems.empty());
  CHECK(facts(off).seccomp_default == true);
  directory.write("conf.d/40.conf", "seccompDefault: false\n");
  CHECK_THAT(facts(off).problems.front(), Catch::Contains("40.conf:1:1: not a KubeletConfiguration"));
  CHECK_FALSE(facts(off).seccomp_default);
}

TEST_CASE("profiles below a root are linted") {
  const Directory directory;
  directory.write("good.json", R"({"defaultAction": "SCMP_ACT_ALLOW",
    "syscalls": [{"names": ["keyctl"], "action": "SCMP_ACT_ERRNO"}]})");
  directory.write("operator/shop/bad.json", R"({"defaultAction": "SCMP_ACT_ERRNO"})");
  directory.write("operator/broken.json", "{");
  directory.write("README", "no profile");
  fs::create_symlink("/etc/passwd", directory.path() + "/link.json");
  REQUIRE(mkfifo((directory.path() + "/fifo.json").c_str(), 0600) == 0);
  const lint::Against against{{resolve::native_architecture(), resolve::running_kernel(), {}}};
  node::Node node;
  node.profiles = node::profiles_below(directory.path(), against);
  CHECK(node.profiles.found);
  CHECK(node.profiles.problems.empty());
  REQUIRE(node.profiles.profiles.size() == 3);
  CHECK(node.profiles.profiles[0].path == "good.json");
  CHECK(node.profiles.profiles[1].path == "operator/broken.json");
  CHECK(node.profiles.profiles[2].path == "operator/shop/bad.json");
  REQUIRE(node.faulty().size() == 2);
  CHECK(node.faulty()[0] == &node.profiles.profiles[1]);
  CHECK(node.unconfined().empty());
  CHECK_FALSE(node::profiles_below("/nonexistent", against).found);
}
