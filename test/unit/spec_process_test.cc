// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "libprofile/text.h"
#include "test/unit/spec_fixture.h"

namespace scrim::bundle::test {

namespace {

Process process_of(const std::string& members) {
  return *read(with_process(members)).spec.process;
}

}  // namespace

TEST_CASE("a process has arguments and an absolute working directory") {
  const auto error = [](const std::string& process) {
    return error_of("{\"ociVersion\": \"1.0.0\", \"root\": {\"path\": \"r\"}, \"process\":\n" + process +
                    "}");
  };
  CHECK(error(R"({"cwd": "/", "args": 5})") ==
        "config.json:2:22: process.args must be an array of strings, not a number");
  CHECK(error(R"({"cwd": "/", "args": ["a", 5]})") ==
        "config.json:2:28: process.args[1] must be a string, not a number");
  CHECK(error(R"({"cwd": "/", "args": []})").find("config.json:2:22: process.args must not be empty") == 0);
  CHECK(error(R"({"cwd": "/", "args": [""]})")
            .find("config.json:2:22: process.args must start with the program") == 0);
  CHECK(error(R"({"cwd": "/"})") == "config.json:2:1: process.args is required");
  CHECK(error(R"({"args": ["a"]})") == "config.json:2:1: process.cwd is required");
  CHECK(error(R"({"args": ["a"], "cwd": "tmp"})") ==
        "config.json:2:24: process.cwd must be an absolute path, not \"tmp\"");
  CHECK(
      error(R"({"args": ["a"], "cwd": ""})").find("config.json:2:24: process.cwd must be an absolute path") ==
      0);
  CHECK(error(R"({"cwd": "/", "args": ["a\u0000b"]})") ==
        "config.json:2:23: process.args[0] must not contain a NUL character");
}

TEST_CASE("what a process leaves out has the zero value that Go gives it") {
  const Process process = process_of(R"("x": 1)");
  CHECK_FALSE(process.terminal);
  CHECK_FALSE(process.console_size);
  CHECK(process.user.uid == 0);
  CHECK(process.user.gid == 0);
  CHECK_FALSE(process.user.umask);
  CHECK(process.env.empty());
  CHECK_FALSE(process.capabilities);
  CHECK(process.rlimits.empty());
  CHECK_FALSE(process.no_new_privileges);
  CHECK(process.apparmor_profile.empty());
  CHECK_FALSE(process.oom_score_adj);
}

TEST_CASE("consoleSize counts only with a terminal") {
  CHECK_FALSE(process_of(R"("consoleSize": {"height": -5})").console_size);
  const Process process = process_of(R"("terminal": true, "consoleSize": {"height": 25, "width": 80})");
  REQUIRE(process.console_size);
  CHECK(process.console_size->height == 25);
  CHECK(process.console_size->width == 80);
  CHECK(error_of(with_process(R"("terminal": true, "consoleSize": {"height": 25})")) ==
        "config.json:2:34: process.consoleSize.width is required");
  CHECK(error_of(with_process(R"("terminal": true, "consoleSize": {"height": 65536, "width": 1})")) ==
        "config.json:2:45: process.consoleSize.height must be an integer from 0 to 65535, not 65536");
  CHECK(error_of(with_process(R"("terminal": "yes")")) ==
        "config.json:2:13: process.terminal must be a boolean, not a string");
}

TEST_CASE("users are numbers of 32 bits") {
  const User user =
      process_of(R"("user": {"uid": 4294967294, "gid": 5, "umask": 18, "additionalGids": [5, 6]})").user;
  CHECK(user.uid == 4294967294U);
  CHECK(user.gid == 5);
  CHECK(user.umask == 022U);
  CHECK(user.additional_gids == std::vector<gid_t>{5, 6});
  CHECK(error_of(with_process(R"("user": {"uid": 4294967296})")) ==
        "config.json:2:17: process.user.uid must be an integer from 0 to 4294967295, not 4294967296");
  CHECK(error_of(with_process(R"("user": {"uid": -1})")).find("config.json:2:17: process.user.uid must be") ==
        0);
  CHECK(error_of(with_process(R"("user": {"uid": "root"})"))
            .find("config.json:2:17: process.user.uid must be") == 0);
  CHECK(error_of(with_process(R"("user": {"umask": 512})"))
            .find("config.json:2:19: process.user.umask must be") == 0);
  CHECK(error_of(with_process(R"("user": {"additionalGids": [1, 1.5]})"))
            .find("config.json:2:32: process.user.additionalGids[1] must be an integer") == 0);
}

TEST_CASE("of equal environment variables the last one counts") {
  CHECK(process_of(R"("env": ["A=1", "B=2", "A=3", "C=", "D=a=b"])").env ==
        std::vector<std::string>{"B=2", "A=3", "C=", "D=a=b"});
}

TEST_CASE("an environment variable that is none is an error that does not repeat it") {
  CHECK(error_of(with_process(R"("env": ["A=1", "secret"])")) ==
        "config.json:2:16: process.env[1] must have the form NAME=value");
  CHECK(error_of(with_process(R"("env": ["=secret"])")) ==
        "config.json:2:9: process.env[0] must have the form NAME=value");
}

TEST_CASE("capabilities are sets; absent is not empty") {
  const Process process =
      process_of(R"("capabilities": {"bounding": ["CAP_KILL", "CAP_CHOWN"], "effective": [],
      "inheritable": null, "permitted": ["CAP_KILL"], "ambient": ["CAP_NET_ADMIN"]})");
  REQUIRE(process.capabilities);
  CHECK(process.capabilities->bounding.bits() == ((1U << 5) | (1U << 0)));
  CHECK(process.capabilities->effective.bits() == 0);
  CHECK(process.capabilities->inheritable.bits() == 0);
  CHECK(process.capabilities->permitted.bits() == (1U << 5));
  CHECK(process.capabilities->ambient.bits() == (1U << 12));
  CHECK(process_of(R"("capabilities": {})").capabilities);
}

TEST_CASE("capabilities that scrim does not know are left out with one warning each") {
  const Read result = read(with_process(R"("capabilities": {"bounding": ["CAP_KILL", "CAP_FLY", "kill"],
"effective": ["CAP_FLY", "CHOWN"]})"));
  const Capabilities& capabilities = *result.spec.process->capabilities;
  CHECK(capabilities.bounding.bits() == (1U << 5));
  CHECK(capabilities.effective.bits() == 0);
  REQUIRE(result.warnings.size() == 3);
  CHECK(result.warnings[0].text ==
        "config.json:2:43: process.capabilities.bounding[1] \"CAP_FLY\" is no capability that scrim knows; "
        "it is left "
        "out");
  CHECK(result.warnings[1].text.find("config.json:2:54: process.capabilities.bounding[2] \"kill\"") == 0);
  CHECK(result.warnings[2].text.find("config.json:3:26: process.capabilities.effective[1] \"CHOWN\"") == 0);
  // The form before runtime-spec 1.0.
  CHECK(error_of(with_process(R"("capabilities": ["CAP_KILL"])")) ==
        "config.json:2:17: process.capabilities must be an object, not an array");
}

TEST_CASE("rlimits hold all 64 bits") {
  const Process process = process_of(R"("rlimits": [{"type": "RLIMIT_NOFILE", "soft": 1024, "hard": 2048},
      {"type": "RLIMIT_CORE", "soft": 0, "hard": 18446744073709551615}])");
  REQUIRE(process.rlimits.size() == 2);
  CHECK(process.rlimits[0].name == "RLIMIT_NOFILE");
  CHECK(process.rlimits[0].resource == RLIMIT_NOFILE);
  CHECK(process.rlimits[0].soft == 1024);
  CHECK(process.rlimits[0].hard == 2048);
  CHECK(process.rlimits[1].hard == RLIM_INFINITY);
}

TEST_CASE("unknown, repeated and incomplete rlimits are errors") {
  CHECK(error_of(with_process(R"("rlimits": [{"type": "RLIMIT_NOFILES", "soft": 1, "hard": 1}])")) ==
        "config.json:2:22: process.rlimits[0].type \"RLIMIT_NOFILES\" is no resource limit that getrlimit(2) "
        "knows; did "
        "you mean RLIMIT_NOFILE?");
  CHECK(error_of(with_process(R"("rlimits": [{"type": "RLIMIT_CPU", "soft": 1, "hard": 1},
{"type": "RLIMIT_CPU", "soft": 2, "hard": 2}])")) ==
        "config.json:3:10: process.rlimits[1].type names RLIMIT_CPU a second time");
  CHECK(error_of(with_process(R"("rlimits": [{"type": "RLIMIT_CPU", "soft": 1}])")) ==
        "config.json:2:13: process.rlimits[0].hard is required");
  CHECK(error_of(with_process(R"("rlimits": [{"type": "RLIMIT_CPU", "soft": -1, "hard": 1}])"))
            .find("config.json:2:44: process.rlimits[0].soft must be an integer from 0") == 0);
}

TEST_CASE("labels, no_new_privs and oom_score_adj are read") {
  const Process process = process_of(
      R"("noNewPrivileges": true, "apparmorProfile": "a", "selinuxLabel": "s", "oomScoreAdj": -1000)");
  CHECK(process.no_new_privileges);
  CHECK(process.apparmor_profile == "a");
  CHECK(process.selinux_label == "s");
  CHECK(process.oom_score_adj == -1000);
  CHECK(error_of(with_process(R"("oomScoreAdj": 1001)")) ==
        "config.json:2:16: process.oomScoreAdj must be an integer from -1000 to 1000, not 1001");
}

TEST_CASE("scheduler and ioPriority become what the kernel takes") {
  const Process process = process_of(R"("scheduler": {"policy": "SCHED_DEADLINE", "runtime": 1, "deadline": 2,
      "period": 3, "flags": ["SCHED_FLAG_RESET_ON_FORK", "SCHED_FLAG_RECLAIM"]},
      "ioPriority": {"class": "IOPRIO_CLASS_BE", "priority": 5})");
  REQUIRE(process.scheduler);
  CHECK(process.scheduler->policy == 6);
  CHECK(process.scheduler->flags == 3);
  CHECK(process.scheduler->runtime == 1);
  CHECK(process.scheduler->deadline == 2);
  CHECK(process.scheduler->period == 3);
  CHECK(process.io_priority == ((2 << 13) | 5));
  CHECK(error_of(with_process(R"("scheduler": {})")).find("process.scheduler.policy is required") !=
        std::string::npos);
  CHECK(error_of(with_process(R"("ioPriority": {"class": "BE"})")) ==
        "config.json:2:25: process.ioPriority.class must be one of IOPRIO_CLASS_RT, IOPRIO_CLASS_BE, "
        "IOPRIO_CLASS_IDLE, not \"BE\"");
}

TEST_CASE("execCPUAffinity is read as the kernel writes lists") {
  const Process process = process_of(R"("execCPUAffinity": {"initial": "0-2,7", "final": ""})");
  REQUIRE(process.exec_affinity.initial);
  CHECK(CPU_COUNT(&*process.exec_affinity.initial) == 4);
  CHECK(CPU_ISSET(7, &*process.exec_affinity.initial));
  CHECK_FALSE(process.exec_affinity.final);
  for (const char* bad : {"a", "1-", "-1", "2-1", "1,,2", "1 2", "1024", "99999999999", "1-2-3"})
    CHECK(error_of(with_process(concat(R"("execCPUAffinity": {"final": ")", bad, "\"}")))
              .find("config.json:2:30: process.execCPUAffinity.final must be a list like 0-3,7, not ") == 0);
}

TEST_CASE("exec's process file is read as process of config.json is") {
  document::Warnings warnings;
  const auto value =
      document::json::parse(R"({"args": ["id"], "cwd": "/tmp", "user": {"uid": 7}})", "p.json");
  const Process process = read_process(value, "p.json", warnings);
  CHECK(process.args == std::vector<std::string>{"id"});
  CHECK(process.cwd == "/tmp");
  CHECK(process.user.uid == 7);
  const auto bad = document::json::parse("{\"args\": [\"id\"],\n\"cwd\": 1}", "p.json");
  CHECK_THROWS_WITH(read_process(bad, "p.json", warnings),
                    "p.json:2:8: process.cwd must be a string, not a number");
}

}  // namespace scrim::bundle::test
