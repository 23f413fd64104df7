// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <catch2/catch.hpp>
#include <string>

#include "libprofile/document/file.h"
#include "libprofile/document/read_profile.h"
#include "libprofile/document/write_profile.h"
#include "libprofile/text.h"

using namespace scrim;
using namespace scrim::document;

namespace {

Profile read(std::string_view text, Warnings& warnings) {
  return read_profile(json::parse(text, "f"), "f", warnings);
}

// What reading the text says: the error, or the warnings one a line, or nothing.
std::string remarks(std::string_view text) {
  Warnings warnings;
  try {
    (void)read(text, warnings);
  } catch (const DocumentError& error) {
    return error.what();
  }
  std::string out;
  for (const Warning& warning : warnings) out += warning.text + "\n";
  return out;
}

std::string oci_remarks(std::string_view text) {
  Warnings warnings;
  try {
    (void)read_oci_seccomp(json::parse(text, "f"), "f", warnings);
  } catch (const DocumentError& error) {
    return error.what();
  }
  std::string out;
  for (const Warning& warning : warnings) out += warning.text + "\n";
  return out;
}

// A profile with these fields in its only rule, which starts at 1:47.
std::string with_rule(std::string_view fields) {
  return concat(R"({"defaultAction":"SCMP_ACT_ALLOW","syscalls":[)", "{", fields, "}]}");
}
// The same with one condition, which starts at 2:1.
std::string with_condition(std::string_view fields) {
  return with_rule(concat(R"("names":["read"],"action":"SCMP_ACT_ERRNO","args":[)", "\n{", fields, "}]"));
}
// A profile with these fields after its default action, which ends its first line.
std::string with_header(std::string_view fields) {
  return concat("{\"defaultAction\":\"SCMP_ACT_ERRNO\",\n", fields, "}");
}

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("every field of runtime-spec's linux.seccomp is read") {
  Warnings warnings;
  const Profile profile = read(read_text(SCRIM_TEST_DATA "/document/oci.json"), warnings);
  CHECK(warnings.empty());
  CHECK_FALSE(profile.uses_template_fields);
  CHECK(profile.file == "f");
  const Header& header = profile.header;
  CHECK(header.default_action == Action::error);
  CHECK(header.default_errno_ret == 38);
  CHECK(header.architectures == std::vector{Architecture::x86_64, Architecture::x86, Architecture::x32});
  REQUIRE(header.flags);
  CHECK(*header.flags == std::vector{Flag::tsync, Flag::log, Flag::spec_allow, Flag::wait_killable_recv});
  CHECK(header.listener_path == "/run/agent.sock");
  CHECK(header.listener_metadata == "which one");
  CHECK(profile.arch_map.empty());
  REQUIRE(profile.rules.size() == 3);

  const Rule& allow = profile.rules[0].rule;
  REQUIRE(allow.names.size() == 2);
  CHECK(allow.names[0].text == "read");
  CHECK(allow.names[1].text == "write");
  CHECK(allow.names[1].at.line == 20);
  CHECK(allow.names[1].at.column == 25);
  CHECK(allow.action == Action::allow);
  CHECK_FALSE(allow.errno_ret);
  CHECK(allow.at.line == 19);
  CHECK(allow.at.column == 5);

  const Rule& clone = profile.rules[1].rule;
  CHECK(clone.errno_ret == 1);
  REQUIRE(clone.conditions.size() == 2);
  CHECK(clone.conditions[0].index == 0);
  CHECK(clone.conditions[0].op == Operator::masked_equal);
  CHECK(clone.conditions[0].value == 2114060288);
  CHECK(clone.conditions[0].value_two == 1);
  CHECK(clone.conditions[0].at.line == 27);
  CHECK(clone.conditions[1].index == 5);
  CHECK(clone.conditions[1].op == Operator::greater_or_equal);
  CHECK(clone.conditions[1].value == UINT64_MAX);
  CHECK(clone.conditions[1].value_two == 0);

  CHECK(profile.rules[2].rule.action == Action::notify);
}

TEST_CASE("every field of a template is read") {
  Warnings warnings;
  const Profile profile = read(read_text(SCRIM_TEST_DATA "/document/template.json"), warnings);
  CHECK(warnings.empty());
  CHECK(profile.uses_template_fields);
  CHECK(profile.header.default_errno_ret == 38);
  CHECK_FALSE(profile.header.flags);
  CHECK(profile.header.architectures.empty());
  REQUIRE(profile.arch_map.size() == 2);
  CHECK(profile.arch_map[0].architecture == Architecture::x86_64);
  CHECK(profile.arch_map[0].sub_architectures == std::vector{Architecture::x86, Architecture::x32});
  CHECK(profile.arch_map[1].architecture == Architecture::riscv64);
  CHECK(profile.arch_map[1].sub_architectures.empty());
  REQUIRE(profile.rules.size() == 5);

  const TemplateRule& plain = profile.rules[0];
  CHECK(plain.includes.empty());
  CHECK(plain.excludes.empty());
  CHECK(plain.comment.empty());
  CHECK(plain.rule.conditions.empty());

  const TemplateRule& ptrace = profile.rules[1];
  CHECK(ptrace.includes.min_kernel == std::array{4U, 8U});
  CHECK(ptrace.comment == "since 4.8 ptrace cannot get around a filter");

  const TemplateRule& bpf = profile.rules[2];
  CHECK(bpf.includes.caps == std::vector<std::string>{"CAP_SYS_ADMIN", "CAP_BPF"});
  CHECK(bpf.includes.arches == std::vector<std::string>{"amd64", "x32"});
  CHECK(bpf.excludes.arches == std::vector<std::string>{"s390"});
  CHECK(bpf.rule.errno_ret == 22);

  REQUIRE(profile.rules[3].rule.names.size() == 1);
  CHECK(profile.rules[3].rule.names[0].text == "arch_prctl");
  CHECK(profile.rules[4].rule.errno_ret == 1);
}

TEST_CASE("what Go writes for an unset field counts as unset") {
  CHECK(
      remarks(with_rule(R"("names":["read"],"name":"","action":"SCMP_ACT_ALLOW","args":null,"errnoRet":null,)"
                        R"("errno":"","comment":"","includes":{},"excludes":null)")) == "");
  CHECK(remarks(with_rule(R"("names":null,"name":"read","action":"SCMP_ACT_ALLOW","args":[],)"
                          R"("includes":{"arches":null,"caps":[],"minKernel":""})")) == "");
  CHECK(remarks(
            with_header(R"("architectures":null,"archMap":[],"flags":null,"listenerPath":"","syscalls":null,)"
                        R"("listenerMetadata":"","defaultErrno":"","defaultErrnoRet":null)")) == "");
  CHECK(oci_remarks(with_rule(
            R"("names":["read"],"name":"","action":"SCMP_ACT_ALLOW","includes":{},"errno":"")")) == "");
}

TEST_CASE("flags that are not given differ from none") {
  Warnings warnings;
  CHECK_FALSE(read(with_header(R"("syscalls":[])"), warnings).header.flags);
  CHECK_FALSE(read(with_header(R"("flags":null)"), warnings).header.flags);
  CHECK(read(with_header(R"("flags":[])"), warnings).header.flags->empty());
}

TEST_CASE("a profile that says nothing is an error") {
  const std::string expected =
      "f:1:1: neither \"defaultAction\" nor \"syscalls\": this is no profile; to run without "
      "one, ask for Unconfined";
  CHECK(remarks("{}") == expected);
  CHECK(remarks(R"({"defaultAction":"","syscalls":[]})") == expected);
  CHECK(oci_remarks("{}") == expected);
  CHECK(remarks("[]") == "f:1:1: a profile must be an object, not an array");
  CHECK(remarks("null") == "f:1:1: a profile must be an object, not null");
}

TEST_CASE("what is missing is named") {
  CHECK(remarks(R"({"syscalls":[{}]})") == "f:1:1: a profile needs \"defaultAction\"");
  CHECK(remarks(R"({"DefaultAction":"SCMP_ACT_ALLOW","syscalls":[{}]})") ==
        "f:1:1: a profile needs \"defaultAction\" (\"DefaultAction\" is there instead)");
  CHECK(remarks(with_rule(R"("action":"SCMP_ACT_ALLOW")")) == "f:1:47: a rule needs \"names\"");
  CHECK(remarks(with_rule(R"("names":[],"action":"SCMP_ACT_ALLOW")")) ==
        "f:1:56: \"names\" must name at least one system call");
  CHECK(remarks(with_rule(R"("names":["a",""],"action":"SCMP_ACT_ALLOW")")) ==
        "f:1:61: the name of a system call cannot be empty");
  CHECK(remarks(with_rule(R"("names":["read"])")) == "f:1:47: a rule needs \"action\"");
  CHECK(remarks(with_rule(R"("names":["read"],"action":"")")) == "f:1:74: \"action\" is empty");
  CHECK(remarks(with_condition(R"("value":1,"op":"SCMP_CMP_EQ")")) ==
        "f:2:1: a condition of \"args\" needs \"index\"");
  CHECK(remarks(with_condition(R"("index":0,"op":"SCMP_CMP_EQ")")) ==
        "f:2:1: a condition of \"args\" needs \"value\"");
  CHECK(remarks(with_condition(R"("index":0,"value":1)")) == "f:2:1: a condition of \"args\" needs \"op\"");
  CHECK(remarks(with_header(R"("archMap":[{"subArchitectures":[]}])")) ==
        "f:2:12: an entry of \"archMap\" needs \"architecture\"");
}

TEST_CASE("a value of the wrong type is an error") {
  CHECK(remarks(R"({"defaultAction":1})") == "f:1:18: \"defaultAction\" must be a string, not a number");
  CHECK(contains(remarks(with_header(R"("syscalls":{})")), "f:2:1"));
  CHECK(contains(remarks(with_header(R"("syscalls":{"a":1})")), "must be an array, not an object"));
  CHECK(contains(remarks(with_header(R"("syscalls":["read"])")),
                 "f:2:13: each of \"syscalls\" must be an object, not a string"));
  CHECK(contains(remarks(with_header(R"("syscalls":[null])")), "must be an object, not null"));
  CHECK(
      contains(remarks(with_header(R"("architectures":"SCMP_ARCH_X86")")), "must be an array, not a string"));
  CHECK(contains(remarks(with_header(R"("architectures":[64])")), "must be a string, not a number"));
  CHECK(contains(remarks(with_header(R"("flags":true)")), "\"flags\" must be an array, not a boolean"));
  CHECK(contains(remarks(with_header(R"("defaultErrnoRet":"EPERM")")), "must be a number, not a string"));
  CHECK(contains(remarks(with_header(R"("listenerPath":[])")), "must be a string, not an array"));
  CHECK(contains(remarks(with_rule(R"("names":"read","action":"SCMP_ACT_ALLOW")")),
                 "\"names\" must be an array, not a string"));
  CHECK(contains(remarks(with_rule(R"("names":["read",1],"action":"SCMP_ACT_ALLOW")")),
                 "must be a string, not a number"));
  CHECK(contains(remarks(with_rule(R"("names":["read"],"action":"SCMP_ACT_ALLOW","args":{"index":0})")),
                 "must be an array"));
  CHECK(contains(remarks(with_rule(R"("names":["read"],"action":"SCMP_ACT_ALLOW","includes":["amd64"])")),
                 "\"includes\" must be an object, not an array"));
  CHECK(contains(remarks(with_rule(R"("names":["read"],"action":"SCMP_ACT_ALLOW","comment":7)")),
                 "must be a string"));
  CHECK(contains(remarks(with_condition(R"("index":"0","value":1,"op":"SCMP_CMP_EQ")")),
                 "f:2:10: \"index\" must be a number"));
  for (const char* value : {"-1", "1.5", "1e3", "18446744073709551616"})
    CHECK(remarks(with_condition(concat(R"("index":0,"op":"SCMP_CMP_EQ","value":)", value))) ==
          "f:2:39: \"value\" must be a whole number from 0 to 18446744073709551615, without fraction or "
          "exponent");
}

TEST_CASE("an unknown value is an error that proposes the nearest") {
  CHECK(remarks(R"({"defaultAction":"SCMP_ACT_ERNO"})") ==
        "f:1:18: \"SCMP_ACT_ERNO\" is not an action (did you mean SCMP_ACT_ERRNO?); allowed are "
        "SCMP_ACT_KILL_THREAD, "
        "SCMP_ACT_KILL_PROCESS, SCMP_ACT_TRAP, SCMP_ACT_ERRNO, SCMP_ACT_TRACE, SCMP_ACT_ALLOW, SCMP_ACT_LOG, "
        "SCMP_ACT_NOTIFY, SCMP_ACT_KILL");
  CHECK(contains(remarks(with_rule(R"("names":["read"],"action":"scmp_act_allow")")),
                 "did you mean SCMP_ACT_ALLOW?"));
  CHECK(contains(remarks(with_condition(R"("index":0,"value":1,"op":"SCMP_CMP_EG")")),
                 "f:2:27: \"SCMP_CMP_EG\" is not an operator (did you mean SCMP_CMP_"));
  CHECK(remarks(with_header(R"("architectures":["SCMP_ARCH_X86","SCMP_ARCH_X8664"])")) ==
        "f:2:34: \"SCMP_ARCH_X8664\" is not an architecture (did you mean SCMP_ARCH_X86_64?)");
  CHECK(contains(remarks(with_header(R"("architectures":["amd64"])")),
                 "allowed are SCMP_ARCH_X86, SCMP_ARCH_X86_64, "));
  CHECK(contains(remarks(with_header(R"("flags":["SECCOMP_FILTER_FLAG_TSINC"])")),
                 "f:2:10: \"SECCOMP_FILTER_FLAG_TSINC\" is not a flag of seccomp(2) (did you mean "
                 "SECCOMP_FILTER_FLAG_TSYNC?)"));
  CHECK(contains(remarks(with_header(R"("archMap":[{"architecture":"SCMP_ARCH_ARM64"}])")),
                 "is not an architecture"));
  CHECK(contains(
      remarks(with_header(R"("archMap":[{"architecture":"SCMP_ARCH_ARM","subArchitectures":["x"]}])")),
      "is not an architecture"));
}

TEST_CASE("an argument beyond the sixth is an error") {
  CHECK(remarks(with_condition(R"("index":5,"value":1,"op":"SCMP_CMP_EQ")")) == "");
  CHECK(remarks(with_condition(R"("index":6,"value":1,"op":"SCMP_CMP_EQ")")) ==
        "f:2:10: there is no argument 6: system calls have arguments 0 to 5");
  CHECK(contains(remarks(with_condition(R"("index":4294967296,"value":1,"op":"SCMP_CMP_EQ")")),
                 "there is no argument 4294967296"));
}

TEST_CASE("only SCMP_ACT_ERRNO and SCMP_ACT_TRACE take an errno") {
  for (const char* action : {"KILL", "KILL_THREAD", "KILL_PROCESS", "TRAP", "ALLOW", "LOG", "NOTIFY"}) {
    INFO(action);
    const std::string rule = concat(R"("names":["read"],"action":"SCMP_ACT_)", action, "\",");
    CHECK(contains(remarks(with_rule(rule + R"("errnoRet":1)")),
                   "takes no errno, only SCMP_ACT_ERRNO and SCMP_ACT_TRACE do: leave \"errnoRet\" out"));
    CHECK(contains(remarks(with_rule(rule + R"("errno":"EPERM")")), "leave \"errno\" out"));
    CHECK(contains(oci_remarks(with_rule(rule + R"("errnoRet":0)")), "takes no errno"));
  }
  CHECK(remarks("{\"defaultAction\":\"SCMP_ACT_ALLOW\",\n\"defaultErrnoRet\":1}") ==
        "f:2:19: SCMP_ACT_ALLOW takes no errno, only SCMP_ACT_ERRNO and SCMP_ACT_TRACE do: leave "
        "\"defaultErrnoRet\" out");
  CHECK(contains(remarks(R"({"defaultAction":"SCMP_ACT_LOG","defaultErrno":"EPERM"})"),
                 "leave \"defaultErrno\" out"));
  CHECK(remarks(R"({"defaultAction":"SCMP_ACT_TRACE","defaultErrnoRet":65535})") == "");
}

TEST_CASE("an errno stays within what the kernel passes on") {
  const auto rule = [](std::string_view action, std::string_view number) {
    return remarks(
        with_rule(concat(R"("names":["read"],"action":"SCMP_ACT_)", action, "\",\n\"errnoRet\":", number)));
  };
  CHECK(rule("ERRNO", "0") == "");
  CHECK(rule("ERRNO", "4095") == "");
  CHECK(rule("ERRNO", "4096") == "f:2:12: the errno of SCMP_ACT_ERRNO must be from 0 to 4095, not 4096");
  CHECK(rule("TRACE", "65535") == "");
  CHECK(rule("TRACE", "65536") == "f:2:12: the errno of SCMP_ACT_TRACE must be from 0 to 65535, not 65536");
  CHECK(contains(rule("ERRNO", "-1"), "must be a whole number"));
}

TEST_CASE("the name of an errno overrides its number, as in containers-common") {
  Warnings warnings;
  const auto errno_ret = [&](std::string_view fields) {
    return read(with_rule(concat(R"("names":["read"],"action":"SCMP_ACT_ERRNO",)", fields)), warnings)
        .rules[0]
        .rule.errno_ret;
  };
  CHECK(errno_ret(R"("errno":"EPERM","errnoRet":1)") == 1);
  CHECK(errno_ret(R"("errno":"ENOSYS")") == 38);
  CHECK(errno_ret(R"("errno":"38")") == 38);
  CHECK(warnings.empty());
  CHECK(errno_ret(R"("errno":"ENOSYS","errnoRet":1)") == 38);
  REQUIRE(warnings.size() == 1);
  CHECK(contains(warnings[0].text, "\"errnoRet\" is 1 but \"errno\" is \"ENOSYS\", which counts"));
  CHECK(read(with_header(R"("defaultErrno":"ENOSYS","defaultErrnoRet":38)"), warnings)
            .header.default_errno_ret == 38);
  CHECK(remarks(with_header(R"("defaultErrno":"EPREM")")) ==
        "f:2:16: \"EPREM\" is not the name of an errno(3), as EPERM is (did you mean EPERM?)");
  CHECK(contains(remarks(with_header(R"("defaultErrno":"4096")")), "must be from 0 to 4095"));
  CHECK(contains(remarks(with_header(R"("defaultErrno":38)")), "must be a string, not a number"));
}

TEST_CASE("fields that exclude each other are an error") {
  CHECK(remarks(with_rule(R"("names":["read"],"name":"write","action":"SCMP_ACT_ALLOW")")) ==
        "f:1:72: \"name\" and \"names\" cannot both be given: use one of them");
  CHECK(remarks(with_header(
            "\"architectures\":[\"SCMP_ARCH_X86\"],\n\"archMap\":[{\"architecture\":\"SCMP_ARCH_ARM\"}]")) ==
        "f:3:11: \"archMap\" and \"architectures\" cannot both be given: use one of them");
}

TEST_CASE("a listener has to be reachable") {
  CHECK(remarks(with_header(R"("listenerMetadata":"x")")) ==
        "f:2:20: \"listenerMetadata\" is for \"listenerPath\", which is not set");
  CHECK(remarks(with_header(R"("listenerMetadata":"x","listenerPath":"/a")")) == "");
  CHECK(remarks(R"({"defaultAction":"SCMP_ACT_NOTIFY","listenerPath":"/a"})") ==
        "f:1:18: SCMP_ACT_NOTIFY cannot be the default action, only that of a rule");
}

TEST_CASE("a minimal kernel is two numbers") {
  const auto kernel = [](std::string_view version) {
    return remarks(with_rule(concat(
        "\"names\":[\"read\"],\"action\":\"SCMP_ACT_ALLOW\",\n\"includes\":{\"minKernel\":", version, "}")));
  };
  CHECK(kernel("\"4.8\"") == "");
  CHECK(kernel("\"10.0\"") == "");
  for (const char* bad :
       {"4", "4.", ".8", "4.8.1", "4.8-rc1", "a.b", "4,8", "-4.8", "4.-8", " 4.8", "99999999999.1"}) {
    INFO(bad);
    CHECK(kernel(concat('"', bad, '"')) ==
          concat("f:2:25: \"minKernel\" must be two numbers, as in \"4.8\", not \"", bad, '"'));
  }
  CHECK(contains(kernel("4.8"), "\"minKernel\" must be a string, not a number"));
}

TEST_CASE("names that can never match in a template are warnings") {
  const auto includes = [](std::string_view fields) {
    return remarks(with_rule(
        concat("\"names\":[\"read\"],\"action\":\"SCMP_ACT_ALLOW\",\n\"includes\":{", fields, "}")));
  };
  CHECK(includes(R"("caps":["CAP_SYS_ADMN"])") ==
        "f:2:21: \"CAP_SYS_ADMN\" is not a capability and never matches (did you mean CAP_SYS_ADMIN?)\n");
  CHECK(contains(includes(R"("caps":["cap_sys_admin"])"), "did you mean CAP_SYS_ADMIN?"));
  CHECK(includes(R"("arches":["x86_64"])") ==
        "f:2:23: \"x86_64\" is not an architecture's name in templates and never matches\n");
  CHECK(contains(includes(R"("arches":["amd46"])"), "(did you mean amd64?)"));
}

TEST_CASE("unknown fields are warnings with the nearest known one") {
  CHECK(remarks(with_header(R"("sycalls":[])")) ==
        "f:2:1: \"sycalls\" is no field of a profile and is ignored (did you mean syscalls?)\n");
  CHECK(remarks(with_header(R"("x-vendor":[])")) ==
        "f:2:1: \"x-vendor\" is no field of a profile and is ignored\n");
  CHECK(contains(remarks(with_rule(R"("names":["read"],"action":"SCMP_ACT_ALLOW","arg":[])")),
                 "did you mean args?"));
  CHECK(contains(remarks(with_condition(R"("index":0,"value":1,"op":"SCMP_CMP_EQ","value2":1)")),
                 "did you mean value?"));
  CHECK(contains(remarks(with_rule(R"("names":["read"],"action":"SCMP_ACT_ALLOW","includes":{"arch":[]})")),
                 "\"arch\" is no field of \"includes\""));
  CHECK(contains(remarks(with_header(R"("archMap":[{"architecture":"SCMP_ARCH_ARM","subArchitecture":[]}])")),
                 "did you mean subArchitectures?"));
}

TEST_CASE("a field that stands there twice is a warning, and the last one counts") {
  Warnings warnings;
  const Profile profile =
      read(R"({"defaultAction":"SCMP_ACT_ALLOW","defaultAction":"SCMP_ACT_LOG"})", warnings);
  CHECK(profile.header.default_action == Action::log);
  REQUIRE(warnings.size() == 1);
  CHECK(warnings[0].text == "f:1:35: \"defaultAction\" is there twice; the last one counts");
}

TEST_CASE("a second value that no operator reads is a warning") {
  CHECK(contains(remarks(with_condition(R"("index":0,"value":1,"valueTwo":2,"op":"SCMP_CMP_EQ")")),
                 "f:2:33: \"valueTwo\" is for SCMP_CMP_MASKED_EQ; SCMP_CMP_EQ ignores it"));
  CHECK(remarks(with_condition(R"("index":0,"value":1,"valueTwo":0,"op":"SCMP_CMP_EQ")")) == "");
  CHECK(remarks(with_condition(R"("index":0,"value":1,"valueTwo":2,"op":"SCMP_CMP_MASKED_EQ")")) == "");
}

TEST_CASE("a message quotes nothing that a terminal would act on, and nothing without end") {
  CHECK(contains(remarks(R"({"defaultAction":"a\u001b[2J\nb"})"), R"("a\x1b[2J\nb" is not an action)"));
  CHECK(remarks(concat(R"({"defaultAction":")", std::string(5000, 'a'), "\"}")).size() < 400);
}

TEST_CASE("a file full of mistakes gets a bounded number of warnings") {
  std::string fields = "\"a0\":1";
  for (int i = 1; i < 10'000; ++i) fields += concat(",\"a", i, "\":1");
  Warnings warnings;
  (void)read(with_header(fields), warnings);
  CHECK(warnings.size() == 50);
  CHECK(contains(warnings.back().text, "no further warnings"));
}

TEST_CASE("linux.seccomp ignores the template's fields with one warning for each kind") {
  Warnings warnings;
  const OciSeccomp seccomp = read_oci_seccomp(
      json::parse(read_text(SCRIM_TEST_DATA "/document/template-in-oci.json"), "config.json"), "config.json",
      warnings);
  REQUIRE(warnings.size() == 6);
  for (const char* field : {"archMap", "defaultErrno", "name", "errno", "includes", "excludes"})
    CHECK(std::count_if(warnings.begin(), warnings.end(), [&](const Warning& warning) {
            return contains(warning.text, concat("\"", field, "\" belongs to Docker's template format"));
          }) == 1);
  CHECK(warnings[0].text ==
        "config.json:3:14: \"archMap\" belongs to Docker's template format; in linux.seccomp it is ignored");
  CHECK(seccomp.header.architectures.empty());
  CHECK_FALSE(seccomp.header.default_errno_ret);
  REQUIRE(seccomp.rules.size() == 2);
  CHECK(seccomp.rules[0].names.size() == 1);
  CHECK(seccomp.rules[0].names[0].text == "read");
  CHECK_FALSE(seccomp.rules[0].errno_ret);
  CHECK(seccomp.rules[1].errno_ret == 5);
}

TEST_CASE("linux.seccomp needs names, not a name") {
  CHECK(oci_remarks(with_rule(R"("name":"read","action":"SCMP_ACT_ALLOW")")) ==
        "f:1:47: a rule needs \"names\" (\"name\" is there instead)");
}

TEST_CASE("what is written reads back the same") {
  Warnings warnings;
  const json::Value original = json::parse(read_text(SCRIM_TEST_DATA "/document/oci.json"), "f");
  const json::Value written = to_json(read_oci_seccomp(original, "f", warnings));
  CHECK(json::to_text(written, 2) == json::to_text(original, 2));
  const std::string smallest = R"({"defaultAction":"SCMP_ACT_KILL_THREAD","flags":[]})";
  CHECK(json::to_text(to_json(read_oci_seccomp(json::parse(smallest, "f"), "f", warnings))) == smallest);
  CHECK(warnings.empty());
}
