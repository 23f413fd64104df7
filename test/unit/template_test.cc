// SPDX-License-Identifier: Apache-2.0
#include "libprofile/resolve/template.h"

#include <catch2/catch.hpp>

#include "libprofile/document/read_profile.h"
#include "libprofile/text.h"

using namespace scrim;
using document::Architecture;
using resolve::CapabilitySet;
using resolve::Target;

namespace {

document::Profile profile(std::string_view rules, std::string_view header = "") {
  document::Warnings warnings;
  return document::read_profile(
      document::json::parse(
          concat(R"({"defaultAction":"SCMP_ACT_ERRNO",)", header, R"("syscalls":[)", rules, "]}"), "f"),
      "f", warnings);
}

// The rule "read" with these filters.
document::Profile filtered(std::string_view filters) {
  return profile(concat(R"({"names":["read"],"action":"SCMP_ACT_ALLOW",)", filters, "}"));
}

bool takes(std::string_view filters, const Target& target) {
  return !evaluate_template(filtered(filters), target).rules.empty();
}

Target with_caps(std::initializer_list<const char*> names) {
  Target target{Architecture::x86_64, {6, 1}, {}};
  for (const char* name : names) target.bounding.add(*CapabilitySet::number_of(name));
  return target;
}

Target on(Architecture architecture, unsigned major = 6, unsigned minor = 1) {
  return {architecture, {major, minor}, {}};
}

}  // namespace

TEST_CASE("archMap gives the native architecture first and then its companions") {
  constexpr std::string_view map =
      R"("archMap":[{"architecture":"SCMP_ARCH_AARCH64","subArchitectures":["SCMP_ARCH_ARM"]},)"
      R"({"architecture":"SCMP_ARCH_X86_64","subArchitectures":["SCMP_ARCH_X86","SCMP_ARCH_X32"]},)"
      R"({"architecture":"SCMP_ARCH_X86_64","subArchitectures":["SCMP_ARCH_ARM"]},)"
      R"({"architecture":"SCMP_ARCH_RISCV64","subArchitectures":null}],)";
  const auto architectures = [&](Architecture architecture) {
    return evaluate_template(profile("", map), on(architecture)).header.architectures;
  };
  using List = std::vector<Architecture>;
  CHECK(architectures(Architecture::x86_64) ==
        List{Architecture::x86_64, Architecture::x86, Architecture::x32});
  CHECK(architectures(Architecture::aarch64) == List{Architecture::aarch64, Architecture::arm});
  CHECK(architectures(Architecture::riscv64) == List{Architecture::riscv64});
  CHECK(architectures(Architecture::s390x).empty());
}

TEST_CASE("a profile without conditions comes out as it is") {
  const document::Profile original = profile(
      R"({"names":["read","write"],"action":"SCMP_ACT_ERRNO","errnoRet":5,)"
      R"("args":[{"index":1,"value":2,"op":"SCMP_CMP_LT"}]},{"names":["sync"],"action":"SCMP_ACT_LOG"})",
      R"("architectures":["SCMP_ARCH_X86","SCMP_ARCH_X86_64"],"defaultErrnoRet":38,"flags":[],)");
  const document::OciSeccomp result = evaluate_template(original, on(Architecture::x86_64));
  CHECK(result.file == "f");
  CHECK(result.header.default_errno_ret == 38);
  CHECK(result.header.flags.has_value());
  CHECK(result.header.architectures == std::vector{Architecture::x86, Architecture::x86_64});
  REQUIRE(result.rules.size() == 2);
  CHECK(result.rules[0].names.size() == 2);
  CHECK(result.rules[0].errno_ret == 5);
  CHECK(result.rules[0].conditions.size() == 1);
  CHECK(result.rules[1].action == document::Action::log);
}

TEST_CASE("any of includes.arches takes a rule, compared with the native architecture alone") {
  constexpr std::string_view filters = R"("includes":{"arches":["arm","arm64","x32"]})";
  CHECK(takes(filters, on(Architecture::aarch64)));
  CHECK(takes(filters, on(Architecture::arm)));
  CHECK_FALSE(takes(filters, on(Architecture::x86_64)));
  CHECK(takes(R"("includes":{"arches":["x86"]})", on(Architecture::x86)));
  CHECK_FALSE(takes(R"("includes":{"arches":["386"]})", on(Architecture::x86)));
}

TEST_CASE("all of includes.caps must be in the bounding set") {
  constexpr std::string_view filters = R"("includes":{"caps":["CAP_SYS_ADMIN","CAP_BPF"]})";
  CHECK(takes(filters, with_caps({"CAP_SYS_ADMIN", "CAP_BPF"})));
  CHECK_FALSE(takes(filters, with_caps({"CAP_SYS_ADMIN"})));
  CHECK_FALSE(takes(filters, with_caps({"CAP_BPF"})));
  CHECK_FALSE(takes(filters, with_caps({})));
}

TEST_CASE("any of excludes leaves a rule out") {
  CHECK_FALSE(takes(R"("excludes":{"caps":["CAP_SYS_ADMIN","CAP_BPF"]})", with_caps({"CAP_BPF"})));
  CHECK(takes(R"("excludes":{"caps":["CAP_SYS_ADMIN","CAP_BPF"]})", with_caps({"CAP_SYS_TIME"})));
  CHECK_FALSE(takes(R"("excludes":{"arches":["s390","amd64"]})", on(Architecture::x86_64)));
  CHECK(takes(R"("excludes":{"arches":["s390","amd64"]})", on(Architecture::s390x)));
  CHECK_FALSE(takes(R"("excludes":{"minKernel":"4.8"})", on(Architecture::x86_64, 4, 8)));
  CHECK(takes(R"("excludes":{"minKernel":"4.8"})", on(Architecture::x86_64, 4, 7)));
  // one of several kinds is enough
  CHECK_FALSE(takes(R"("excludes":{"arches":["arm"],"caps":["CAP_BPF"]})", with_caps({"CAP_BPF"})));
}

TEST_CASE("excludes win over includes") {
  constexpr std::string_view filters =
      R"("includes":{"caps":["CAP_BPF"]},"excludes":{"caps":["CAP_SYS_ADMIN"]})";
  CHECK(takes(filters, with_caps({"CAP_BPF"})));
  CHECK_FALSE(takes(filters, with_caps({"CAP_BPF", "CAP_SYS_ADMIN"})));
}

TEST_CASE("every kind of includes must be met") {
  constexpr std::string_view filters =
      R"("includes":{"caps":["CAP_BPF"],"arches":["amd64"],"minKernel":"5.8"})";
  Target target = with_caps({"CAP_BPF"});
  CHECK(takes(filters, target));
  target.kernel = {5, 7};
  CHECK_FALSE(takes(filters, target));
  target.kernel = {5, 8};
  CHECK(takes(filters, target));
  target.architecture = Architecture::aarch64;
  CHECK_FALSE(takes(filters, target));
}

TEST_CASE("kernel versions compare by number") {
  constexpr std::string_view filters = R"("includes":{"minKernel":"4.10"})";
  CHECK(takes(filters, on(Architecture::x86_64, 4, 10)));
  CHECK(takes(filters, on(Architecture::x86_64, 4, 19)));
  CHECK(takes(filters, on(Architecture::x86_64, 5, 0)));
  CHECK_FALSE(takes(filters, on(Architecture::x86_64, 4, 9)));
  CHECK_FALSE(takes(filters, on(Architecture::x86_64, 3, 19)));
}

TEST_CASE("capabilities are compared letter by letter, and an unknown one is held by nobody") {
  Target all = on(Architecture::x86_64);
  all.bounding = CapabilitySet(~std::uint64_t{0});
  CHECK(takes(R"("includes":{"caps":["CAP_SYS_ADMIN"]})", all));
  for (const char* name : {"cap_sys_admin", "SYS_ADMIN", "CAP_NEW", "21", ""}) {
    INFO(name);
    CHECK_FALSE(takes(concat(R"("includes":{"caps":[")", name, "\"]}"), all));
    CHECK(takes(concat(R"("excludes":{"caps":[")", name, "\"]}"), all));
  }
}

TEST_CASE("rules keep their order") {
  const document::OciSeccomp result =
      evaluate_template(profile(R"({"name":"a","action":"SCMP_ACT_ALLOW"},)"
                                R"({"name":"b","action":"SCMP_ACT_ALLOW","excludes":{"arches":["amd64"]}},)"
                                R"({"name":"c","action":"SCMP_ACT_ALLOW"})"),
                        on(Architecture::x86_64));
  REQUIRE(result.rules.size() == 2);
  CHECK(result.rules[0].names[0].text == "a");
  CHECK(result.rules[1].names[0].text == "c");
}

TEST_CASE("architectures beside archMap are an error however the profile was made") {
  document::Profile both = profile("");
  both.header.architectures = {Architecture::x86};
  both.arch_map = {{Architecture::x86_64, {}}};
  CHECK_THROWS_AS(evaluate_template(both, on(Architecture::x86_64)), document::DocumentError);
}

TEST_CASE("a kernel's version is read from its release") {
  using resolve::KernelVersion;
  using resolve::parse_kernel_version;
  CHECK(parse_kernel_version("6.1.0-18-amd64") == KernelVersion{6, 1});
  CHECK(parse_kernel_version("4.19") == KernelVersion{4, 19});
  CHECK(parse_kernel_version("5.15-rc2") == KernelVersion{5, 15});
  CHECK(parse_kernel_version("6.18+") == KernelVersion{6, 18});
  for (const char* bad : {"", "6", "6.", ".1", "v6.1", "6.x", "-6.1", "99999999999.1"})
    CHECK_FALSE(parse_kernel_version(bad));
  CHECK(resolve::running_kernel() >= KernelVersion{4, 0});
}

TEST_CASE("architectures have the names that templates use") {
  CHECK(resolve::go_name(Architecture::x86_64) == "amd64");
  CHECK(resolve::go_name(Architecture::x86) == "x86");
  CHECK(resolve::go_name(Architecture::aarch64) == "arm64");
  CHECK(resolve::go_name(Architecture::ppc64le) == "ppc64le");
  CHECK(resolve::go_name(Architecture::s390x) == "s390x");
  CHECK(resolve::go_name(Architecture::riscv64) == "riscv64");
  CHECK(resolve::go_name(Architecture::loongarch64) == "loong64");
  CHECK(resolve::go_name(Architecture::mipsel64) == "mipsel64");
}
