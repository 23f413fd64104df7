// SPDX-License-Identifier: Apache-2.0
#include "libprofile/lint/lint.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <string>

#include "libprofile/defaults/defaults.h"
#include "libprofile/resolve/capabilities.h"
#include "libprofile/text.h"

using namespace scrim;
using document::Architecture;
using lint::Finding;
using lint::ReadAs;
using lint::Severity;

namespace {

lint::Against against(ReadAs read_as = ReadAs::either, Architecture architecture = Architecture::x86_64) {
  return {{architecture, {6, 1}, resolve::capabilities_named("DEFAULT", 0)}, lint::Runtime::scrim, read_as};
}

// What every test profile needs so that nothing else is found.
constexpr const char* sound =
    R"({"names": ["execve", "exit_group", "rt_sigreturn"], "action": "SCMP_ACT_ALLOW"})";
const std::string x86 = R"("architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86"])";

std::string deny_all_but(const std::string& rules, const std::string& members = x86) {
  return concat(R"({"defaultAction": "SCMP_ACT_ERRNO",)", members, ",\n\"syscalls\": [", sound,
                rules.empty() ? "" : ",\n", rules, "]}");
}

std::vector<std::string> codes(const std::vector<Finding>& findings) {
  std::vector<std::string> all;
  for (const Finding& each : findings) all.push_back(concat(name_of(each.severity), " ", each.code));
  return all;
}

std::vector<Finding> found(const std::string& text, const lint::Against& whom = against()) {
  return lint::lint_text(text, "web.json", whom);
}

using Codes = std::vector<std::string>;

}  // namespace

TEST_CASE("a sound profile has no findings") {
  CHECK(codes(found(deny_all_but(""))).empty());
}

TEST_CASE("a misspelt name is found where it stands, with the nearest one") {
  const auto findings = found(deny_all_but(R"({"names": ["read", "opnat"], "action": "SCMP_ACT_ALLOW"})"));
  REQUIRE(codes(findings) == Codes{"warning unknown-name"});
  CHECK(findings.front().where == "web.json:3:20");
  CHECK(findings.front().says.ends_with("; did you mean openat?"));
  CHECK(text_of(findings.front()).starts_with("web.json:3:20: warning: no system call is called \"opnat\""));
  CHECK(text_of(findings.front()).find("[unknown-name]\n") != std::string::npos);
}

TEST_CASE("names that another architecture has are notes, those of a newer Linux too") {
  CHECK(
      codes(found(deny_all_but(R"({"names": ["waitpid", "sendto"], "action": "SCMP_ACT_ALLOW"})"))).empty());
  const auto absent = found(deny_all_but(R"({"names": ["s390_pci_mmio_read"], "action": "SCMP_ACT_ALLOW"})"));
  REQUIRE(codes(absent) == Codes{"note not-on-architecture"});
  CHECK(absent.front().says.starts_with("x86_64, x86 have no s390_pci_mmio_read"));
  CHECK(codes(found(deny_all_but(R"({"names": ["listns"], "action": "SCMP_ACT_ALLOW"})"))) ==
        Codes{"note newer-than-libseccomp"});
}

TEST_CASE("a profile for another architecture is found") {
  CHECK(codes(found(deny_all_but("", R"("architectures": ["SCMP_ARCH_AARCH64"])"))) ==
        Codes{"warning wrong-architecture", "note missing-companion"});
  CHECK(codes(found(deny_all_but("", R"("architectures": ["SCMP_ARCH_AARCH64", "SCMP_ARCH_ARM"])"),
                    against(ReadAs::either, Architecture::aarch64)))
            .empty());
  CHECK(codes(found(deny_all_but("", R"("architectures": ["SCMP_ARCH_X86_64"])"))) ==
        Codes{"note missing-companion"});
  CHECK(codes(found(deny_all_but(
            "", R"("architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"])"))) ==
        Codes{"note x32-open"});
}

TEST_CASE("architectures of another byte order do not fit into one filter") {
  CHECK(codes(found(deny_all_but("", concat(x86.substr(0, x86.size() - 1), R"(, "SCMP_ARCH_S390X"])")))) ==
        Codes{"error no-filter", "error wrong-architecture"});
}

TEST_CASE("template fields matter where the engine drops them") {
  const std::string rule =
      R"({"names": ["mount"], "action": "SCMP_ACT_ALLOW", "includes": {"caps": ["CAP_SYS_ADMIN"]}})";
  CHECK(codes(found(deny_all_but(rule), against(ReadAs::oci))) ==
        Codes{"warning dangerous-allowance", "error template-field"});
  CHECK(codes(found(deny_all_but(rule), against(ReadAs::either))) == Codes{"note template-field"});
  CHECK(codes(found(deny_all_but(rule), against(ReadAs::docker))).empty());
  CHECK(codes(found(deny_all_but(rule), against(ReadAs::containers))).empty());
  const std::string name = R"({"name": "getpid", "action": "SCMP_ACT_ERRNO", "errno": "ENOSYS"})";
  CHECK(codes(found(deny_all_but(name), against(ReadAs::docker))) == Codes{"warning template-field"});
  CHECK(codes(found(deny_all_but(name), against(ReadAs::oci))) ==
        Codes{"error template-field", "warning template-field"});
}

TEST_CASE("a rule whose only condition is dropped is taken as the engine takes it") {
  const std::string execve = R"({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["execve"],
    "action": "SCMP_ACT_ERRNO", "includes": {"caps": ["CAP_SYS_BOOT"]}}]})";
  CHECK_FALSE(any(found(execve, against(ReadAs::docker)), Severity::error));
  const auto findings = found(execve, against(ReadAs::oci));
  CHECK(std::ranges::count(findings, "cannot-start", &Finding::code) == 1);
}

TEST_CASE("a profile under which nothing can start") {
  const auto findings = found(R"({"defaultAction": "SCMP_ACT_ERRNO", )" + x86 + "}");
  CHECK(codes(findings) == Codes{"error cannot-start", "warning cannot-start", "warning cannot-start"});
  CHECK(findings.front().says.starts_with("execve is never allowed"));
  CHECK(findings.front().where == "web.json:1:1");
}

TEST_CASE("what is about the head of a profile stands where that does") {
  lint::Against old = against();
  old.target.kernel = {4, 0};
  const auto places = [&](const std::string& text, const std::string& code) {
    std::vector<std::string> all;
    for (const Finding& each : found(text, old))
      if (each.code == code) all.push_back(each.where);
    return all;
  };
  const std::string head = R"({"architectures":
  ["SCMP_ARCH_S390X"], "flags":
   ["SECCOMP_FILTER_FLAG_LOG"], "syscalls": [{"names": ["fork"], "action": "SCMP_ACT_ALLOW"}],
    "defaultAction": )";
  CHECK(places(head + R"("SCMP_ACT_ALLOW"})", "default-allows") == Codes{"web.json:4:22"});
  CHECK(places(head + R"("SCMP_ACT_LOG"})", "kernel-too-old") == Codes{"web.json:3:4", "web.json:4:22"});
  CHECK(places(head + R"("SCMP_ACT_ERRNO", "defaultErrnoRet": 0})", "errno-zero") == Codes{"web.json:4:22"});
  CHECK(places(head + R"("SCMP_ACT_ALLOW"})", "wrong-architecture") == Codes{"web.json:2:3", "web.json:2:3"});
  const auto dangerous = places(R"({"defaultAction":
    "SCMP_ACT_ALLOW"})",
                                "dangerous-allowance");
  CHECK(dangerous == Codes{"web.json:2:5"});
  CHECK(places("\n {\"defaultAction\": \"SCMP_ACT_ERRNO\"}", "cannot-start") == Codes(3, "web.json:2:2"));
}

TEST_CASE("default actions that deny nothing") {
  const auto of = [](const std::string& action) {
    return codes(
        found(concat(R"({"defaultAction": ")", action, R"(", )", x86, R"(, "syscalls": [)", sound, "]}")));
  };
  CHECK(of("SCMP_ACT_ALLOW") == Codes{"warning default-allows", "warning dangerous-allowance"});
  CHECK(of("SCMP_ACT_LOG") == Codes{"warning default-logs", "warning dangerous-allowance"});
  CHECK(of("SCMP_ACT_TRACE") == Codes{"warning default-traces"});
  CHECK(of("SCMP_ACT_KILL") == Codes{"note default-kills"});
  CHECK(of("SCMP_ACT_ERRNO").empty());
}

TEST_CASE("what the kernel is too old for") {
  const std::string logs = deny_all_but(R"({"names": ["getpid"], "action": "SCMP_ACT_LOG"})",
                                        concat(x86, R"(, "flags": ["SECCOMP_FILTER_FLAG_SPEC_ALLOW"])"));
  lint::Against old = against();
  old.target.kernel = {4, 13};
  CHECK(codes(found(logs, old)) == Codes{"error kernel-too-old", "warning kernel-too-old"});
  CHECK(codes(found(logs)).empty());
}

TEST_CASE("errnos that are none") {
  const auto of = [](unsigned number) {
    return codes(found(deny_all_but(
        concat(R"({"names": ["getpid"], "action": "SCMP_ACT_ERRNO", "errnoRet": )", number, "}"))));
  };
  CHECK(of(0) == Codes{"warning errno-zero"});
  CHECK(of(4000) == Codes{"warning unknown-errno"});
  CHECK(of(4096) == Codes{"error unreadable"});
  CHECK(of(38).empty());
}

TEST_CASE("what cannot be read is a finding, and what the reader remarks on") {
  const auto broken = found("{\n  \"defaultAction\": \"SCMP_ACT_ALOW\"}");
  REQUIRE(codes(broken) == Codes{"error unreadable"});
  CHECK(broken.front().where == "web.json:2:20");
  CHECK(broken.front().says.find("web.json") == std::string::npos);
  const auto remarked =
      found(deny_all_but(R"({"names": ["getpid"], "action": "SCMP_ACT_ALLOW", "arg": []})"));
  REQUIRE(codes(remarked) == Codes{"warning format"});
  CHECK(remarked.front().where == "web.json:3:51");
}

TEST_CASE("a finding as JSON") {
  const Finding finding{"unknown-name", Severity::note, "", "says", ""};
  CHECK(to_text(json_of(finding)) ==
        R"({"code":"unknown-name","severity":"note","where":null,"says":"says","mend":null})");
}

// Older ones have: today's runc calls faccessat2, which they do not know.
TEST_CASE("no built-in default of today has an error") {
  using defaults::Engine;
  const auto check = [](const document::Profile& profile, Architecture architecture, lint::Runtime runtime) {
    lint::Against whom = against(ReadAs::docker, architecture);
    whom.runtime = runtime;
    for (const Finding& each : lint::lint(profile, whom)) {
      INFO(text_of(each));
      CHECK(each.severity != Severity::error);
    }
  };
  for (const auto& [engine, version] :
       {std::pair(Engine::containerd, "1.6.20"), std::pair(Engine::docker, "20.10.24"),
        std::pair(Engine::docker, "29.4.2"), std::pair(Engine::podman, "0.50.1"),
        std::pair(Engine::cri_o, "common-0.50.1")})
    check(default_profile(engine, version), Architecture::x86_64, lint::Runtime::runc);
  for (const Engine engine : defaults::engines) {
    check(default_profile(engine, ""), Architecture::x86_64, lint::Runtime::runc);
    check(default_profile(engine, ""), Architecture::aarch64, lint::Runtime::crun);
    check(default_profile(engine, ""), Architecture::s390x, lint::Runtime::scrim);
  }
}
