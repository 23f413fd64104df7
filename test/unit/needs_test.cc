// SPDX-License-Identifier: Apache-2.0
#include "libprofile/lint/needs.h"

#include <catch2/catch.hpp>

#include "libprofile/defaults/defaults.h"
#include "libprofile/error.h"
#include "libprofile/filter/own.h"
#include "libprofile/policy/table.h"
#include "libprofile/resolve/template.h"

using namespace scrim;
using document::Architecture;
using lint::NeededCall;
using lint::read_needs;

using Names = std::vector<std::string>;

TEST_CASE("needs are names, one a line") {
  CHECK(read_needs("read\nwrite\n\n# a comment\nread  # again\n", "n") == Names{"read", "write"});
  CHECK(read_needs("read 17\nwrite 4\n", "n") == Names{"read", "write"});
  CHECK_THROWS_WITH(read_needs("read\nhello world\n", "n"), Catch::StartsWith("n:2: a line is the name"));
  CHECK_THROWS_WITH(read_needs("# nothing\n", "n"), "n: no system calls");
}

TEST_CASE("needs are what strace -c printed") {
  CHECK(read_needs("% time     seconds  usecs/call     calls    errors syscall\n"
                   "------ ----------- ----------- --------- --------- ----------------\n"
                   " 60,00    0,000003           3         1           mprotect\n"
                   " 40.00    0.000002           2         1         1 access\n"
                   "------ ----------- ----------- --------- --------- ----------------\n"
                   "100.00    0.000005           2         2         1 total\n",
                   "n") == Names{"access", "mprotect"});
}

TEST_CASE("needs are what strace wrote, of one process or several, with times or without") {
  CHECK(read_needs("execve(\"/bin/true\", [\"true\"], 0x7ffd /* 8 vars */) = 0\n"
                   "brk(NULL) = 0x55\n"
                   "[pid 17] close(3 <unfinished ...>\n"
                   "18 10:31:05.123456 openat(AT_FDCWD, \"/etc/passwd\", O_RDONLY) = 3\n"
                   "[pid    17] <... close resumed>) = 0\n"
                   "[pid    17] 0.000012 futex(0x1, FUTEX_WAKE, 1) = 0\n"
                   "hello, I am the program's output\n"
                   "--- SIGCHLD {si_signo=SIGCHLD} ---\n"
                   "strace: Process 18 attached\n"
                   "exit_group(0) = ?\n"
                   "+++ exited with 0 +++\n",
                   "n") == Names{"brk", "close", "execve", "exit_group", "futex", "openat"});
}

TEST_CASE("what a profile does to the calls that are needed, and because of what") {
  const resolve::Target target{Architecture::x86_64, {6, 1}, resolve::capabilities_named("DEFAULT", 0)};
  const document::Profile written = defaults::default_profile(defaults::Engine::docker, "");
  document::Warnings warnings;
  const policy::Policy policy = make_policy(evaluate_template(written, target), policy::UnknownSyscalls::warn,
                                            warnings, target.architecture);
  const inspect::Enforced enforced =
      inspect::enforced("docker", {filter::compile(make_table(policy))}, target.architecture);
  const std::vector<NeededCall> calls = lint::check_needs(
      {"clone3", "keyctl", "mount", "opnat", "personality", "read", "waitpid"}, enforced, &written, target);
  REQUIRE(calls.size() == 7);
  const auto row = [&](std::size_t i) {
    return calls[i].call + (is_missing(calls[i]) ? " missing: " : ": ") + calls[i].answer + " | " +
           calls[i].because + " | " + calls[i].mend;
  };
  CHECK(row(0).starts_with("clone3 missing: ERRNO ENOSYS | RuntimeDefault@docker-"));
  CHECK(row(1) == "keyctl missing: ERRNO EPERM | the default, SCMP_ACT_ERRNO EPERM | ");
  CHECK(row(2).find("the default, SCMP_ACT_ERRNO EPERM | RuntimeDefault@docker-") != std::string::npos);
  CHECK(row(2).ends_with("allows or denies it with CAP_SYS_ADMIN"));
  CHECK(row(3) == "opnat missing: no system call is called so |  | did you mean openat?");
  CHECK(calls[4].fate == inspect::Fate::depends);
  CHECK_FALSE(is_missing(calls[4]));
  NeededCall call;
  call.fate = inspect::Fate::logged;
  CHECK_FALSE(is_missing(call));
  for (const inspect::Fate fate : {inspect::Fate::traced, inspect::Fate::unknown}) {
    call.fate = fate;
    CHECK(is_missing(call));
  }
  CHECK(row(5).starts_with("read: ALLOW | "));
  CHECK(row(6).starts_with("waitpid: x86_64 has no such call"));
}
