// SPDX-License-Identifier: Apache-2.0
#include <sched.h>

#include <catch2/catch.hpp>

#include "launcher/criu/external.h"
#include "launcher/criu/log.h"
#include "launcher/criu/options.h"
#include "libprofile/error.h"

using namespace scrim;
using namespace scrim::criu;

using Strings = std::vector<std::string>;

// Lines of show_mountinfo(), as Linux 6.1 writes them.
static constexpr const char* host =
    "22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n"
    "23 22 0:5 / /dev rw,nosuid shared:2 - devtmpfs udev rw\n"
    "24 22 0:22 / /proc rw shared:3 - proc proc rw\n"
    "25 22 0:23 / /sys rw shared:4 - sysfs sysfs rw\n"
    "26 25 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n"
    "27 22 0:24 / /run rw - tmpfs tmpfs rw\n"
    "28 22 0:40 / /srv/rootfs rw - overlay overlay rw\n";

static constexpr const char* container =
    "53 42 8:1 /srv/bundle/rootfs / ro,relatime - ext4 /dev/sda1 rw\n"
    "54 53 0:50 / /proc rw - proc proc rw\n"
    "55 53 0:51 / /dev rw - tmpfs tmpfs rw\n"
    "56 53 0:52 / /sys ro - sysfs sysfs rw\n"
    "57 56 0:26 /c1 /sys/fs/cgroup ro - cgroup2 cgroup rw\n"
    "58 54 0:50 /sys /proc/sys ro - proc proc rw\n"
    "59 54 0:5 /null /proc/keys rw - devtmpfs udev rw\n"
    "60 53 8:1 /srv/data /data\\040of\\040it rw - ext4 /dev/sda1 rw\n"
    "61 53 0:24 /resolv.conf /etc/resolv.conf rw - tmpfs tmpfs rw\n"
    "62 53 8:1 /srv/bundle/rootfs/a /b rw - ext4 /dev/sda1 rw\n"
    "63 53 8:1 /srv/bundle/rootfs2 /c rw - ext4 /dev/sda1 rw\n"
    "64 53 0:22 / /host/proc rw - proc proc rw\n";

TEST_CASE("mounts of the host's file systems are external, parts of the root file system are not") {
  CHECK(external_mounts(container, host, CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC) ==
        Strings{"/proc/keys", "/data of it", "/etc/resolv.conf", "/c", "/host/proc"});
}

TEST_CASE("a file system that shows a namespace is not external where the namespace is ours") {
  const std::string shared =
      "53 42 0:40 / / rw - overlay overlay rw\n54 53 0:22 / /proc rw - proc proc rw\n"
      "55 53 0:23 / /sys rw - sysfs sysfs rw\n";
  CHECK(external_mounts(shared, host, 0).empty());
  CHECK(external_mounts(shared, host, CLONE_NEWPID) == Strings{"/proc"});
  CHECK(external_mounts(shared, host, CLONE_NEWNET) == Strings{"/sys"});
}

TEST_CASE("of a criu log the last errors are told, not what it finds missing in the kernel") {
  const std::string log =
      "(00.321580) Error (criu/tun.c:85): tun: Unable to create tun: No such file or directory\n"
      "(00.782184) Dumping processes (pid: 199)\n"
      "(00.812184) Warn  (criu/mount.c:1259): mnt: something\n"
      "Error (criu/util.c:627): execvp(\"tar\", ...) failed: No such file or directory\n"
      "(02.485769) Error (criu/util.c:642): exited, status=1\n"
      "(02.486172)    198: Error (criu/filesystems.c:426): Can't dump tmpfs content\n"
      "(02.553812) Error (criu/cr-dump.c:2053): Dumping FAILED.\n";
  CHECK(telling_lines(log) ==
        "Error (criu/util.c:627): execvp(\"tar\", ...) failed: No such file or directory; "
        "Error (criu/filesystems.c:426): Can't dump tmpfs content");
  CHECK(telling_lines("(00.053409) Error (criu/protobuf.c:72): Unexpected EOF on (empty-image)\n") ==
        "Error (criu/protobuf.c:72): Unexpected EOF on (empty-image)");
  CHECK(telling_lines("(00.1) all is well\n").empty());
  const std::string many =
      "(0.1) Dumping processes (pid: 1)\n(0.2) Error (a:1): one\n(0.3) Error (a:2): two\n"
      "(0.4) Error (a:3): three\n(0.5) Error (a:4): four\n(0.6) Error (a:5): five\n";
  CHECK(telling_lines(many) == "Error (a:2): two; Error (a:3): three; Error (a:4): four; Error (a:5): five");
}

TEST_CASE("options in criu's words") {
  const bundle::Setting no_config{"org.criu.config", ""};
  Options options;
  CHECK(common_arguments(options, {no_config}) ==
        Strings{"-v4", "--no-default-config", "--manage-cgroups=soft"});
  options.tcp_established = options.ext_unix_sk = options.shell_job = options.file_locks =
      options.auto_dedup = options.empty_network = true;
  options.manage_cgroups = "full";
  CHECK(common_arguments(options, {{"org.criu.config", "/etc/my.conf"}}) ==
        Strings{"-v4", "--no-default-config", "--manage-cgroups=full", "--tcp-established", "--ext-unix-sk",
                "--shell-job", "--file-locks", "--auto-dedup", "--empty-ns", "net", "--config",
                "/etc/my.conf"});
  CHECK(is_empty_network({"network"}));
  CHECK_FALSE(is_empty_network({}));
  CHECK_THROWS_AS(is_empty_network({"network", "ipc"}), Error);
}

TEST_CASE("criu restores no_new_privs since 3.19") {
  CHECK_FALSE(is_at_least_3_19("Version: 3.17.1\n"));
  CHECK_FALSE(is_at_least_3_19("Version: 2.19\n"));
  CHECK_FALSE(is_at_least_3_19("3.19"));
  CHECK_FALSE(is_at_least_3_19("Version: 4"));
  CHECK(is_at_least_3_19("Version: 3.19\nGitID: v3.19\n"));
  CHECK(is_at_least_3_19("Version: 4.0\n"));
}
