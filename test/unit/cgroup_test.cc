// SPDX-License-Identifier: Apache-2.0
#include "launcher/cgroup/cgroup.h"

#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <csignal>
#include <functional>

#include "launcher/cgroup/hierarchy.h"
#include "launcher/cgroup/path.h"
#include "launcher/os/fd.h"
#include "libprofile/error.h"
#include "libprofile/text.h"

using namespace scrim;
using Catch::Matchers::Contains;

namespace {

// A process that lives until it is killed or this goes.
class Sleeper {
 public:
  explicit Sleeper(const std::function<void()>& before = [] {}) : pid_(fork()) {
    if (pid_ != 0) return;
    before();
    for (;;) pause();
  }
  ~Sleeper() { (void)end(); }
  Sleeper(const Sleeper&) = delete;
  Sleeper& operator=(const Sleeper&) = delete;
  [[nodiscard]] pid_t pid() const { return pid_; }
  // The signal that ended it.
  [[nodiscard]] int end() {
    if (pid_ == 0) return 0;
    kill(pid_, SIGKILL);
    int status = 0;
    waitpid(std::exchange(pid_, 0), &status, 0);
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  }

 private:
  pid_t pid_;
};

bundle::Spec spec_with_path(const std::string& path) {
  bundle::Spec spec;
  spec.cgroups_path = path;
  return spec;
}

std::string unique_path(const std::string& name) {
  return concat("/scrim-unit-test-", getpid(), "/", name);
}

bool exists(const std::string& path) {
  return access(path.c_str(), F_OK) == 0;
}

std::vector<std::string> mount_points(std::string_view mountinfo) {
  std::vector<std::string> out;
  for (const auto& mounted : cgroup::parse_mountinfo(mountinfo))
    out.push_back(concat(join(mounted.hierarchy.controllers, "+"), "@", mounted.hierarchy.mount_point));
  return out;
}

// Removes the container's cgroups and the parents made for it.
struct Cleaner {
  cgroup::Cgroup cgroup;
  ~Cleaner() {
    cgroup::signal_all(cgroup, SIGKILL);
    while (waitpid(-1, nullptr, WNOHANG) > 0) {
    }
    cgroup::remove(cgroup);
    for (const auto& membership : cgroup.memberships)
      rmdir(membership.path.substr(0, membership.path.rfind('/')).c_str());
  }
};

// Runs the checks in a process whose /sys/fs/cgroup is cgroup v2. The number of the first one that fails, or
// 0.
int with_only_v2(const std::function<int()>& checks) {
  const pid_t pid = fork();
  if (pid == 0) {
    if (unshare(CLONE_NEWNS) != 0 || mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        mount("cgroup2", "/sys/fs/cgroup", "cgroup2", 0, nullptr) != 0)
      _exit(100);
    const std::string control = "/sys/fs/cgroup/cgroup.subtree_control";
    const std::string before = os::read_kernel_file(control);
    try {
      const int failed = checks();
      // Controllers are enabled on the way down: the host's root gets back what it had.
      for (const std::string name : {"hugetlb", "cpu", "memory", "pids", "io", "cpuset", "rdma", "misc"})
        if (before.find(name) == before.npos)
          (void)!write(os::open(control, O_WRONLY).get(), concat("-", name).data(), name.size() + 1);
      _exit(failed);
    } catch (const std::exception& error) {
      const std::string text = concat(error.what(), "\n");
      (void)!write(2, text.data(), text.size());
      _exit(101);
    }
  }
  int status = 0;
  waitpid(pid, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 102;
}

}  // namespace

TEST_CASE("A path cannot climb out of the mount point") {
  CHECK(cgroup::clean("/a/b") == "/a/b");
  CHECK(cgroup::clean("//a/./b//") == "/a/b");
  CHECK(cgroup::clean("../../etc") == "/etc");
  CHECK(cgroup::clean("/a/../../../b") == "/b");
  CHECK(cgroup::clean("/..") == "/");
  CHECK(cgroup::below("/sys/fs/cgroup/cpu", cgroup::clean("../x")) == "/sys/fs/cgroup/cpu/x");
}

TEST_CASE("cgroupsPath is absolute, relative, systemd's, or the id") {
  const auto read = [](const std::string& path) {
    const cgroup::Wanted wanted = cgroup::read_cgroups_path(path, "box");
    return concat(wanted.relative ? "own" : "", wanted.path);
  };
  CHECK(read("") == "own/box");
  CHECK(read("/docker/x") == "/docker/x");
  CHECK(read("a/b") == "own/a/b");
  CHECK(read("system.slice:docker:abc") == "/system.slice/docker-abc.scope");
  CHECK(read("a-b-c.slice:cri:abc") == "/a.slice/a-b.slice/a-b-c.slice/cri-abc.scope");
  CHECK(read(":docker:abc") == "/system.slice/docker-abc.scope");
  CHECK(read("-.slice:docker:abc") == "/docker-abc.scope");
  CHECK(read("a.slice::abc") == "/a.slice/abc.scope");
  CHECK(read("a.slice:x:abc.slice") == "/a.slice/abc.slice");
  CHECK(read("/a:b:c") == "/a:b:c");
}

TEST_CASE("A cgroupsPath that is the host's root or no slice is refused") {
  for (const char* path : {"/", "/..", "..", "//.//", "a/.."}) {
    CAPTURE(path);
    CHECK_THROWS_WITH(cgroup::read_cgroups_path(path, "box"), Contains("names no cgroup"));
  }
  CHECK_THROWS_WITH(cgroup::read_cgroups_path("a:b:c", "box"), Contains("does not end in \".slice\""));
  CHECK_THROWS_WITH(cgroup::read_cgroups_path("a--b.slice:b:c", "box"), Contains("empty part"));
  CHECK_THROWS_WITH(cgroup::read_cgroups_path("-a.slice:b:c", "box"), Contains("empty part"));
  CHECK_THROWS_WITH(cgroup::read_cgroups_path("a-.slice:b:c", "box"), Contains("empty part"));
  CHECK_THROWS_WITH(cgroup::read_cgroups_path("a.slice:b:", "box"), Contains("no name"));
  CHECK_THROWS_WITH(cgroup::read_cgroups_path(std::string("/a\0b", 4), "box"), Contains("NUL"));
}

TEST_CASE("Joint, named and unified hierarchies are read from mountinfo once each") {
  CHECK(mount_points("25 1 0:22 / /sys/fs/cgroup ro - tmpfs tmpfs ro,mode=755\n"
                     "26 25 0:23 / /sys/fs/cgroup/unified rw shared:4 - cgroup2 cgroup2 rw,nsdelegate\n"
                     "27 25 0:24 / /sys/fs/cgroup/cpu,cpuacct rw shared:5 - cgroup cgroup rw,cpu,cpuacct\n"
                     "28 25 0:25 / /sys/fs/cgroup/systemd rw shared:6 - cgroup cgroup rw,xattr,name=systemd\n"
                     "29 1 0:24 / /mnt/bound rw shared:5 - cgroup cgroup rw,cpu,cpuacct\n") ==
        std::vector<std::string>{"@/sys/fs/cgroup/unified", "cpu+cpuacct@/sys/fs/cgroup/cpu,cpuacct",
                                 "name=systemd@/sys/fs/cgroup/systemd"});
}

TEST_CASE("A hierarchy's usual place is preferred to an earlier mount elsewhere") {
  CHECK(mount_points("29 1 0:24 / /mnt/bound rw - cgroup cgroup rw,cpu\n"
                     "30 1 0:24 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n") ==
        std::vector<std::string>{"cpu@/sys/fs/cgroup/cpu"});
}

TEST_CASE("Mount points in mountinfo are unescaped") {
  CHECK(mount_points("30 1 0:24 / /my\\040cg\\134x rw - cgroup2 cgroup2 rw\n") ==
        std::vector<std::string>{"@/my cg\\x"});
}

TEST_CASE("Hierarchies hidden below a later mount are left out") {
  CHECK(mount_points("31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw\n"
                     "32 31 0:29 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n"
                     "50 31 0:38 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n") ==
        std::vector<std::string>{"@/sys/fs/cgroup"});
}

TEST_CASE("Broken mountinfo is survived") {
  CHECK(mount_points("").empty());
  CHECK(mount_points("1 1 0:1 / / rw - cgroup2\n").empty());
  CHECK(mount_points("a b c - d\n\n- - - -\n").empty());
  CHECK(mount_points("30 30 0:24 / /a rw - cgroup2 cgroup2 rw").size() == 1);
}

TEST_CASE("The own cgroup is taken relative to what the mount shows") {
  const std::string text = "12:cpu,cpuacct:/docker/x\n1:name=systemd:/a:b\n0::/docker/x/y\n";
  CHECK(cgroup::own_path({{"/c", {"cpu", "cpuacct"}}, "/"}, text) == "/docker/x");
  CHECK(cgroup::own_path({{"/c", {"cpu", "cpuacct"}}, "/docker"}, text) == "/x");
  CHECK(cgroup::own_path({{"/c", {"cpu", "cpuacct"}}, "/doc"}, text) == "/");
  CHECK(cgroup::own_path({{"/c", {"name=systemd"}}, "/"}, text) == "/a:b");
  CHECK(cgroup::own_path({{"/c", {}}, "/docker/x"}, text) == "/y");
  CHECK(cgroup::own_path({{"/c", {"pids"}}, "/"}, text) == "/");
  CHECK(cgroup::own_path({{"/c", {}}, "/"}, "0::/../..\n") == "/");
}

TEST_CASE(
    "A container's processes are in its directory of every hierarchy until they are killed and it is "
    "removed") {
  if (geteuid() != 0) return;
  const std::string path = unique_path("life");
  Cleaner made{cgroup::create(cgroup::place(spec_with_path(path), "x"), true)};
  REQUIRE(made.cgroup.memberships.size() == cgroup::host_hierarchies().size());
  for (const auto& membership : made.cgroup.memberships) CHECK(exists(membership.path));

  Sleeper sleeper;
  cgroup::join(made.cgroup, sleeper.pid());
  const std::string seen = os::read_kernel_file(concat("/proc/", sleeper.pid(), "/cgroup"));
  std::size_t found = 0;
  for (const std::string_view line : split(seen, '\n')) found += line.ends_with(concat(":", path));
  CHECK(found == made.cgroup.memberships.size());
  CHECK(cgroup::processes(made.cgroup) == std::vector<pid_t>{sleeper.pid()});
  CHECK_THROWS_WITH(cgroup::create(cgroup::place(spec_with_path(path), "x"), true), Contains("already"));

  cgroup::signal_all(made.cgroup, SIGKILL);
  CHECK(cgroup::processes(made.cgroup).empty());
  cgroup::remove(made.cgroup);
  for (const auto& membership : made.cgroup.memberships) CHECK_FALSE(exists(membership.path));
  cgroup::remove(made.cgroup);
}

TEST_CASE("A process made through the entrance is in every hierarchy, from namespaces of its own too") {
  if (geteuid() != 0) return;
  const std::string path = unique_path("entrance");
  Cleaner made{cgroup::create(cgroup::place(spec_with_path(path), "x"), true)};
  const cgroup::Entrance entrance = cgroup::open_entrance(made.cgroup);
  int ready[2];
  REQUIRE(pipe2(ready, O_CLOEXEC) == 0);

  clone_args args{};
  args.flags = CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS;
  args.exit_signal = SIGCHLD;
  if (entrance.unified) {
    args.flags |= CLONE_INTO_CGROUP;
    args.cgroup = static_cast<std::uint64_t>(entrance.unified.get());
  }
  const long pid = syscall(SYS_clone3, &args, sizeof args);
  REQUIRE(pid >= 0);
  if (pid == 0) {
    cgroup::enter(entrance);
    (void)!write(ready[1], "r", 1);
    for (;;) pause();
  }
  close(ready[1]);
  char byte = 0;
  CHECK(read(ready[0], &byte, 1) == 1);
  close(ready[0]);
  const std::string seen = os::read_kernel_file(concat("/proc/", pid, "/cgroup"));
  std::size_t found = 0;
  for (const std::string_view line : split(seen, '\n')) found += line.ends_with(concat(":", path));
  CHECK(found == made.cgroup.memberships.size());
  CHECK(cgroup::processes(made.cgroup) == std::vector<pid_t>{static_cast<pid_t>(pid)});
}

TEST_CASE("Without cgroupsPath the container is below its creator's cgroup") {
  if (geteuid() != 0) return;
  const std::string own = os::read_kernel_file("/proc/self/cgroup");
  for (const auto& membership : cgroup::place({}, "box").memberships) {
    CAPTURE(membership.path);
    CHECK(membership.path.ends_with("/box"));
    if (membership.hierarchy.unified()) continue;
    const std::string base =
        membership.path.substr(membership.hierarchy.mount_point.size(),
                               membership.path.size() - membership.hierarchy.mount_point.size() - 4);
    CHECK_THAT(own, Contains(concat(":", membership.hierarchy.controllers[0], ":", base.empty() ? "/" : base,
                                    "\n")));
  }
}

TEST_CASE("A process tree that forks while it is killed ends") {
  if (geteuid() != 0) return;
  Cleaner made{cgroup::create(cgroup::place(spec_with_path(unique_path("bomb")), "x"), true)};
  cgroup::Cgroup v1_only = made.cgroup;
  if (v1_only.memberships.size() > 1)
    std::erase_if(v1_only.memberships, [](const auto& membership) { return membership.hierarchy.unified(); });
  int go[2];
  REQUIRE(pipe2(go, O_CLOEXEC) == 0);
  Sleeper sleeper([&] {
    char byte = 0;
    (void)!read(go[0], &byte, 1);
    // Each process is replaced by its child: a list of pids is out of date when it has been read.
    for (;;)
      if (fork() > 0) _exit(0);
  });
  cgroup::join(made.cgroup, sleeper.pid());
  REQUIRE(write(go[1], "g", 1) == 1);
  close(go[0]);
  close(go[1]);
  cgroup::signal_all(v1_only, SIGKILL);
  CHECK(cgroup::processes(made.cgroup).empty());
}

TEST_CASE("Cgroups that the container made are removed with it") {
  if (geteuid() != 0) return;
  Cleaner made{cgroup::create(cgroup::place(spec_with_path(unique_path("nested")), "x"), true)};
  for (const auto& membership : made.cgroup.memberships) {
    REQUIRE(mkdir(concat(membership.path, "/a").c_str(), 0755) == 0);
    REQUIRE(mkdir(concat(membership.path, "/a/b").c_str(), 0755) == 0);
  }
  cgroup::remove(made.cgroup);
  for (const auto& membership : made.cgroup.memberships) CHECK_FALSE(exists(membership.path));
}

TEST_CASE("Where cgroups may not be written, they are left out or an error, as asked") {
  if (geteuid() != 0) return;
  const auto unprivileged = [](bool must_succeed) {
    const pid_t pid = fork();
    if (pid == 0) {
      if (setresuid(65534, 65534, 65534) != 0) _exit(100);
      try {
        const auto created =
            cgroup::create(cgroup::place(spec_with_path(unique_path("no")), "x"), must_succeed);
        _exit(created.memberships.empty() ? 0 : 1);
      } catch (const SystemError& error) {
        _exit(error.code());
      }
    }
    int status = 0;
    waitpid(pid, &status, 0);
    return WEXITSTATUS(status);
  };
  CHECK(unprivileged(false) == 0);
  CHECK(unprivileged(true) == EACCES);
}

TEST_CASE("On a v2 host a container has the one unified directory") {
  if (geteuid() != 0) return;
  const std::string path = unique_path("unified");
  CHECK(with_only_v2([&] {
          Cleaner made{cgroup::create(cgroup::place(spec_with_path(path), "x"), true)};
          if (made.cgroup.memberships.size() != 1 || !made.cgroup.memberships[0].hierarchy.unified())
            return 1;
          const std::string& directory = made.cgroup.memberships[0].path;
          if (directory != concat("/sys/fs/cgroup", path) || !exists(directory)) return 2;
          // Whatever controller the root can give, the container has.
          if (os::read_kernel_file(concat(directory, "/cgroup.controllers")) !=
              os::read_kernel_file("/sys/fs/cgroup/cgroup.controllers"))
            return 7;
          if (exists(concat(directory, "/hugetlb.2MB.max"))) {
            document::json::Value limit;
            limit.set("pageSize", document::json::Value(std::string("2MB")));
            limit.set("limit", document::json::Value(std::int64_t{4 << 20}));
            bundle::Spec spec;
            spec.resources.emplace();
            spec.resources->set("hugepageLimits", document::json::Value(document::json::Value::Array{limit}));
            document::Warnings warnings;
            cgroup::apply_resources(made.cgroup, spec, warnings);
            if (os::read_kernel_file(concat(directory, "/hugetlb.2MB.max")) != "4194304\n") return 8;
          }
          Sleeper sleeper;
          cgroup::join(made.cgroup, sleeper.pid());
          if (os::read_kernel_file(concat("/proc/", sleeper.pid(), "/cgroup")).find(concat("0::", path)) ==
              std::string::npos)
            return 3;
          if (cgroup::processes(made.cgroup) != std::vector<pid_t>{sleeper.pid()}) return 4;
          cgroup::signal_all(made.cgroup, SIGKILL);
          if (!cgroup::processes(made.cgroup).empty()) return 5;
          cgroup::remove(made.cgroup);
          return exists(directory) ? 6 : 0;
        }) == 0);
}
