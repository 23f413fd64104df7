// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <cerrno>
#include <fstream>
#include <functional>
#include <string>
#include <thread>

#include "libprofile/error.h"
#include "libprofile/filter/compiler.h"
#include "libprofile/kernel/seccomp.h"
#include "test/unit/policy_profiles.h"

using namespace scrim;
using document::Action;
using document::Flag;
using kernel::filter_flags;
using kernel::install;
using kernel::Installation;
using test::error_rule;
using test::policy_of;
using test::profile;
using test::rule;

namespace {

// Everything is allowed but what the rules say.
Installation denying(std::vector<document::Rule> rules) {
  const auto policy = policy_of(profile(Action::allow, std::move(rules)));
  return {filter::compile_with_libseccomp(policy), filter_flags(policy)};
}

// Runs `work` in a child; its exit status, or 1000 + the signal that ended it.
int in_child(const std::function<int()>& work) {
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) _exit(work());
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

// "2" of "Seccomp:\t2".
std::string status_field(const char* file, const std::string& name) {
  std::ifstream status(file);
  for (std::string line; std::getline(status, line);)
    if (line.starts_with(name + ":\t")) return line.substr(name.size() + 2);
  return {};
}

int no_new_privs() {
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

constexpr int passed = 42;

}  // namespace

TEST_CASE("an installed filter denies with its errno and shows in /proc") {
  const Installation installation = denying({error_rule({"mknodat", "mknod"}, EXDEV)});
  CHECK(in_child([&] {
          errno = 77;
          if (no_new_privs() != 0) return 1;
          if (install(installation) != 0) return 2;
          if (errno != 77) return 3;
          if (mknod("/no/such/place", S_IFIFO, 0) != -1 || errno != EXDEV) return 4;
          if (status_field("/proc/self/status", "Seccomp") != "2") return 5;
          if (status_field("/proc/self/status", "NoNewPrivs") != "1") return 6;
          return passed;
        }) == passed);
}

TEST_CASE("an installed filter kills") {
  const Installation process = denying({rule({"getpgid"}, Action::kill_process)});
  CHECK(in_child([&] {
          if (no_new_privs() != 0 || install(process) != 0) return 1;
          return static_cast<int>(syscall(SYS_getpgid, 0));
        }) == 1000 + SIGSYS);
}

TEST_CASE("without no_new_privs a filter takes CAP_SYS_ADMIN") {
  if (geteuid() != 0) return;
  const Installation installation = denying({error_rule({"getpgid"}, EXDEV)});
  CHECK(in_child([&] {
          if (install(installation) != 0) return 1;
          if (status_field("/proc/self/status", "NoNewPrivs") != "0") return 2;
          if (syscall(SYS_getpgid, 0) != -1 || errno != EXDEV) return 3;
          return passed;
        }) == passed);
  CHECK(in_child([&] {
          if (setresuid(65534, 65534, 65534) != 0) return 1;
          errno = 77;
          return install(installation) == -EACCES && errno == 77 ? passed : 2;
        }) == passed);
}

TEST_CASE("with TSYNC a filter binds every thread, whoever installs it") {
  Installation installation = denying({error_rule({"getpgid"}, EXDEV)});
  installation.flags = kernel::for_all_threads(installation.flags);
  CHECK(in_child([&] {
          if (no_new_privs() != 0) return 1;
          long installed = -1;
          std::thread([&] { installed = install(installation); }).join();
          if (installed != 0) return 2;
          return syscall(SYS_getpgid, 0) == -1 && errno == EXDEV ? passed : 3;
        }) == passed);
}

TEST_CASE("TSYNC with a thread that has a filter of its own is ESRCH") {
  Installation installation = denying({error_rule({"getpgid"}, EXDEV)});
  CHECK(in_child([&] {
          if (no_new_privs() != 0) return 1;
          std::atomic<int> stage = 0;
          std::thread other([&] {
            stage = install(installation) == 0 ? 1 : 9;
            while (stage == 1) usleep(1000);
          });
          while (stage == 0) usleep(1000);
          installation.flags = kernel::for_all_threads(installation.flags);
          const long result = install(installation);
          stage = 2;
          other.join();
          return result == -ESRCH ? passed : 3;
        }) == passed);
}

TEST_CASE("a policy that notifies gives a listener, for all threads too") {
  const auto policy = policy_of(profile(Action::allow, {rule({"getpgid"}, Action::notify)}));
  const unsigned flags = filter_flags(policy);
  CHECK((flags & SECCOMP_FILTER_FLAG_NEW_LISTENER) != 0);
  Installation installation{filter::compile_with_libseccomp(policy), flags};
  for (const bool all_threads : {false, true}) {
    if (all_threads) installation.flags = kernel::for_all_threads(flags);
    CHECK(in_child([&] {
            if (no_new_privs() != 0) return 1;
            const long listener = install(installation);
            if (listener < 0) return 2;
            return fcntl(static_cast<int>(listener), F_GETFD) == FD_CLOEXEC ? passed : 3;
          }) == passed);
  }
}

TEST_CASE("flags of a policy are its own, and only those") {
  auto seccomp = profile(Action::error, {rule({"read"}, Action::allow)});
  CHECK(filter_flags(policy_of(seccomp)) == SECCOMP_FILTER_FLAG_SPEC_ALLOW);
  seccomp.header.flags = std::vector<Flag>{};
  CHECK(filter_flags(policy_of(seccomp)) == 0);
  seccomp.header.flags = {Flag::tsync, Flag::log};
  CHECK(filter_flags(policy_of(seccomp)) == (SECCOMP_FILTER_FLAG_TSYNC | SECCOMP_FILTER_FLAG_LOG));
}

TEST_CASE("WAIT_KILLABLE_RECV is passed on with a listener and means nothing without") {
  auto seccomp = profile(Action::error, {rule({"read"}, Action::allow)});
  seccomp.header.flags = {Flag::wait_killable_recv};
  CHECK(filter_flags(policy_of(seccomp)) == 0);
  seccomp.rules[0].action = Action::notify;
  CHECK(filter_flags(policy_of(seccomp)) ==
        (SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV));
  seccomp.header.flags = {Flag::tsync};
  CHECK(filter_flags(policy_of(seccomp)) ==
        (SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_TSYNC | SECCOMP_FILTER_FLAG_TSYNC_ESRCH));
}

TEST_CASE("what this kernel supports contains what is older than any that scrim runs on") {
  const auto flags = kernel::supported_flags();
  for (const char* name :
       {"SECCOMP_FILTER_FLAG_TSYNC", "SECCOMP_FILTER_FLAG_LOG", "SECCOMP_FILTER_FLAG_SPEC_ALLOW"})
    CHECK(std::ranges::find(flags, name) != flags.end());
  const auto actions = kernel::supported_actions();
  for (const char* name : {"SCMP_ACT_ALLOW", "SCMP_ACT_ERRNO", "SCMP_ACT_KILL_PROCESS", "SCMP_ACT_LOG"})
    CHECK(std::ranges::find(actions, name) != actions.end());
  CHECK(std::ranges::find(actions, "SCMP_ACT_KILL") == actions.end());
}

TEST_CASE("an action or a flag that the kernel refuses is an error naming it") {
  // A filter on seccomp(2) itself plays the older kernel: it answers questions (operation 2) with EOPNOTSUPP,
  // and programs (operation 1) with EINVAL.
  const Installation older =
      denying({error_rule({"seccomp"}, EOPNOTSUPP, {{0, document::Operator::equal, 2, 0, {}}}),
               error_rule({"seccomp"}, EINVAL, {{0, document::Operator::equal, 1, 0, {}}})});
  const auto message = [&](const document::OciSeccomp& seccomp) {
    const auto policy = policy_of(seccomp);
    int pipe_ends[2];
    REQUIRE(pipe(pipe_ends) == 0);
    REQUIRE(in_child([&] {
              if (no_new_privs() != 0 || install(older) != 0) return 1;
              try {
                (void)filter_flags(policy);
              } catch (const Error& error) {
                const std::string text = error.what();
                if (write(pipe_ends[1], text.data(), text.size()) > 0) return passed;
              }
              return 2;
            }) == passed);
    std::string text(500, '\0');
    const ssize_t got = read(pipe_ends[0], text.data(), text.size());
    text.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
    close(pipe_ends[0]);
    close(pipe_ends[1]);
    return text;
  };
  CHECK(message(profile(Action::kill_process, {})) ==
        "test.json: this kernel does not support SCMP_ACT_KILL_PROCESS (Linux 4.14 or later does)");
  CHECK(message(profile(Action::error, {})) ==
        "test.json: this kernel does not support SECCOMP_FILTER_FLAG_SPEC_ALLOW (Linux 4.17 or later does)");
}
