// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <catch2/catch.hpp>
#include <string>

#include "libprofile/lint/lint.h"
#include "libprofile/resolve/capabilities.h"
#include "libprofile/text.h"

using namespace scrim;
using document::Architecture;
using lint::Finding;

namespace {

lint::Against against(lint::Runtime runtime = lint::Runtime::scrim) {
  return {{Architecture::x86_64, {6, 1}, resolve::capabilities_named("DEFAULT", 0)},
          runtime,
          lint::ReadAs::either};
}

std::string allow(const std::string& names, const std::string& arguments = "") {
  return concat(R"({"names": [)", names, R"(], "action": "SCMP_ACT_ALLOW")",
                arguments.empty() ? "" : concat(R"(, "args": [)", arguments, "]"), "}");
}
std::string deny(const std::string& names, unsigned number, const std::string& arguments = "") {
  return concat(R"({"names": [)", names, R"(], "action": "SCMP_ACT_ERRNO", "errnoRet": )", number,
                arguments.empty() ? "" : concat(R"(, "args": [)", arguments, "]"), "}");
}
std::string condition(unsigned index, const std::string& op, std::uint64_t value, std::uint64_t two = 0) {
  return concat(R"({"index": )", index, R"(, "op": "SCMP_CMP_)", op, R"(", "value": )", value,
                R"(, "valueTwo": )", two, "}");
}

// The rules stand on lines of their own from the second on, after what every profile needs.
std::vector<Finding> found(const std::vector<std::string>& rules, const lint::Against& whom = against()) {
  std::string text = concat(
      R"({"defaultAction": "SCMP_ACT_ERRNO", "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86"], "syscalls": [)",
      allow(R"("execve", "exit_group", "rt_sigreturn")"));
  for (const std::string& rule : rules) text += concat(",\n", rule);
  return lint::lint_text(concat(text, "]}"), "p", whom);
}

std::vector<std::string> codes(const std::vector<Finding>& findings) {
  std::vector<std::string> all;
  for (const Finding& each : findings)
    all.push_back(concat(each.where, " ", name_of(each.severity), " ", each.code));
  return all;
}

using Codes = std::vector<std::string>;

}  // namespace

TEST_CASE("a name that stands there twice") {
  CHECK(codes(found({allow(R"("read", "read")")})) == Codes{"p:2:20 note duplicate-name"});
  CHECK(codes(found({allow(R"("read")"), allow(R"("write", "read")")})) ==
        Codes{"p:3:21 note duplicate-name"});
  CHECK(codes(found({allow(R"("read")"), allow(R"("write")")})).empty());
  const std::string one = condition(0, "EQ", 1);
  CHECK(codes(found({allow(R"("prctl")", one), allow(R"("prctl")", one)})) ==
        Codes{"p:3:12 note duplicate-name"});
}

TEST_CASE("rules that contradict each other") {
  CHECK(codes(found({allow(R"("read")"), deny(R"("read")", 38)})) ==
        Codes{"p:3:12 warning contradictory-rules"});
  const std::string one = condition(0, "EQ", 1);
  const auto refused = found({allow(R"("prctl")", one), deny(R"("prctl")", 38, one)});
  CHECK(codes(refused) == Codes{"p:1:1 error no-filter", "p:3:12 error contradictory-rules"});
  CHECK(codes(found({allow(R"("prctl")", one), deny(R"("prctl")", 38, condition(0, "EQ", 2))})).empty());
  // What decides as the default does is left out by runtimes, so that the other one counts.
  CHECK(codes(found({deny(R"("read")", 1), allow(R"("read")")})) ==
        Codes{"p:2:12 warning contradictory-rules"});
  CHECK(codes(found({deny(R"("read")", 1)})).empty());
}

TEST_CASE("a rule that never decides") {
  const std::string one = condition(0, "EQ", 1);
  const auto always = found({allow(R"("prctl")"), deny(R"("prctl")", 38, one)});
  CHECK(codes(always) == Codes{"p:3:12 warning unreachable-rule"});
  CHECK(always.front().says.find("the rule at 2:1") != std::string::npos);
  // Whatever is at most 5 is below 10, too.
  CHECK(codes(found(
            {allow(R"("prctl")", condition(0, "LT", 10)), deny(R"("prctl")", 38, condition(0, "LE", 5))})) ==
        Codes{"p:3:12 warning unreachable-rule"});
  CHECK(codes(found({allow(R"("prctl")", condition(0, "LT", 10)),
                     deny(R"("prctl")", 38, condition(0, "LE", 15))}))
            .empty());
}

TEST_CASE("conditions that nothing meets") {
  CHECK(codes(found({allow(R"("prctl")", condition(0, "LT", 0))})) == Codes{"p:2:12 warning never-holds"});
  CHECK(codes(found({allow(R"("prctl")", condition(0, "MASKED_EQ", 1, 2))})) ==
        Codes{"p:2:12 warning never-holds"});
  CHECK(codes(found({allow(R"("prctl")", condition(0, "GT", 0))})).empty());
}

TEST_CASE("several conditions on one argument") {
  const std::string range = condition(0, "GE", 1) + ", " + condition(0, "LE", 5);
  CHECK(codes(found({allow(R"("prctl")", range)})) == Codes{"p:2:1 warning conditions-ored"});
  CHECK(codes(found({allow(R"("prctl")", condition(0, "GE", 1) + ", " + condition(1, "LE", 5))})).empty());
}

TEST_CASE("calls that engines' defaults refuse") {
  const auto keyring = found({allow(R"("read", "keyctl", "add_key")")});
  REQUIRE(codes(keyring) == Codes{"p:2:30 warning dangerous-allowance"});
  CHECK(keyring.front().says.starts_with(
      "add_key, keyctl are allowed, as Docker's default does not (keyring: "));
  const auto mount = found({allow(R"("mount")")});
  REQUIRE(codes(mount) == Codes{"p:2:12 warning dangerous-allowance"});
  CHECK(mount.front().says.starts_with("mount is allowed without CAP_SYS_ADMIN, "));
  lint::Against capable = against();
  capable.target.bounding = resolve::capabilities_named("ALL", 40);
  CHECK(codes(found({allow(R"("mount")")}, capable)).empty());
}

TEST_CASE("arguments that engines' defaults refuse") {
  const auto all = found({allow(R"("clone")")});
  CHECK(codes(all) == Codes{"p:2:12 warning dangerous-allowance"});
  // Without any of the flags that make namespaces.
  CHECK(codes(found({allow(R"("clone")", condition(0, "MASKED_EQ", 0x7e020000, 0)), deny(R"("clone3")", 38)}))
            .empty());
}

TEST_CASE("ptrace, below the kernel from which on it does not go around the filter") {
  lint::Against old = against();
  old.target.kernel = {4, 7};
  const auto findings = found({allow(R"("ptrace")")}, old);
  REQUIRE(codes(findings) == Codes{"p:2:12 warning dangerous-allowance"});
  CHECK(findings.front().says.starts_with("ptrace is allowed "));
  CHECK(codes(found({allow(R"("ptrace")")})).empty());
}

TEST_CASE("clone3 is answered ENOSYS, or programs do not fall back") {
  const std::string no_namespaces = condition(0, "MASKED_EQ", 0x7e020000, 0);
  CHECK(codes(found({allow(R"("clone")", no_namespaces), deny(R"("clone3")", 13)})) ==
        Codes{"p:1:1 warning no-fallback"});
  CHECK(codes(found({deny(R"("clone3")", 13)})).empty());
}

TEST_CASE("what runc and crun call after the filter is loaded") {
  using lint::Runtime;
  const auto needs = [](Runtime runtime, bool no_new_privileges, const std::vector<std::string>& rules) {
    lint::Against whom = against(runtime);
    whom.no_new_privileges = no_new_privileges;
    for (const Finding& each : found(rules, whom))
      if (each.code == "runtime-needs") return each.says.substr(each.says.find_last_of(':') + 2);
    return std::string();
  };
  CHECK(needs(Runtime::scrim, false, {}).empty());
  CHECK(needs(Runtime::crun, true, {}).empty());
  CHECK(needs(Runtime::runc, true, {}) == "close, fstatfs, getdents64, openat, write");
  CHECK(
      needs(Runtime::runc, true, {allow(R"("close", "fstatfs", "getdents64", "openat", "write")")}).empty());
  CHECK(codes(found({}, against(Runtime::runc))) ==
        Codes{"p:1:1 error runtime-needs", "p:1:1 warning runtime-may-need"});
  CHECK(needs(Runtime::crun, false, {allow(R"("rt_sigaction", "rt_sigprocmask", "setresgid", "write")")}) ==
        "capset, prctl, setresuid");
}

TEST_CASE("rules that libseccomp gets wrong matter to the runtimes that use it") {
  const std::vector<std::string> rules{
      deny(R"("keyctl")", 95, condition(0, "EQ", 1)),
      deny(R"("keyctl")", 95, condition(0, "NE", 2) + ", " + condition(1, "GE", 1))};
  const auto wrong = [&](lint::Runtime runtime) {
    std::vector<std::string> where;
    for (const Finding& each : found(rules, against(runtime)))
      if (each.code == "libseccomp-wrong") where.push_back(each.where);
    return where;
  };
  CHECK(wrong(lint::Runtime::crun).size() == 1);
  CHECK(wrong(lint::Runtime::crun).front().starts_with("p:"));
  CHECK(wrong(lint::Runtime::scrim).empty());
}

TEST_CASE("of mistakes without end some are told, and how many more there are") {
  std::string names = R"("n0")";
  for (int i = 1; i < 70; ++i) names += concat(R"(, "nosuchcall)", i, R"(")");
  const auto findings = found({allow(names)});
  CHECK(findings.size() == 51);
  CHECK(std::ranges::count(findings, "20 more names that no system call has", &Finding::says) == 1);
  const auto many = found(std::vector<std::string>(2000, allow(R"("read")")));
  CHECK(many.size() == 1001);
  CHECK(many.back().says == "999 more findings");
  std::vector<std::string> conditions;
  for (const char* const name :
       {"prctl", "fcntl", "ioctl", "socket", "mmap", "mprotect", "futex", "clone", "kill", "read", "write",
        "open", "close", "stat", "fstat", "lstat", "poll", "lseek"})
    for (unsigned i = 0; i < 60; ++i)
      conditions.push_back(allow(concat("\"", name, "\""), condition(5, "EQ", i)));
  const auto unlooked = found(conditions);
  CHECK(std::ranges::count(unlooked, "not-looked-at", &Finding::code) == 1);
}
