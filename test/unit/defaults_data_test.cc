// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "libprofile/defaults/generator/condition_text.h"
#include "libprofile/defaults/generator/engine_data.h"
#include "libprofile/defaults/profile_rows.h"
#include "libprofile/text.h"

using namespace scrim;
using defaults::EngineData;
using document::Operator;

namespace {

// Data with these groups and versions 1, 2 and 3.
std::string data_with(std::string_view groups) {
  return concat(R"({"branch": 1, "versions": [{"version": "1"}, {"version": "2"}, {"version": "3"}],
                   "default": [{"until": "3", "action": "SCMP_ACT_ERRNO"},
                               {"since": "3", "action": "SCMP_ACT_ERRNO", "errno": "ENOSYS"}],
                   "groups": [)",
                groups, "]}");
}

document::Profile profile_of(std::string_view groups, std::size_t version) {
  document::Profile profile;
  const EngineData data(data_with(groups), "data.json");
  add_to(profile, data.tables().view(), version);
  return profile;
}

std::string names_of(const document::Profile& profile) {
  std::string names;
  for (const document::TemplateRule& each : profile.rules)
    for (const document::Name& name : each.rule.names) names += name.text + " ";
  return names;
}

}  // namespace

TEST_CASE("Conditions are read as the data writes them", "[defaults]") {
  const auto compared = defaults::parse_conditions("arg0 == 16 && arg2 != 0x9");
  REQUIRE(compared);
  REQUIRE(compared->size() == 2);
  CHECK(compared->at(0).index == 0);
  CHECK(compared->at(0).op == Operator::equal);
  CHECK(compared->at(0).value == 16);
  CHECK(compared->at(1).index == 2);
  CHECK(compared->at(1).op == Operator::not_equal);
  CHECK(compared->at(1).value == 9);

  const auto masked = defaults::parse_conditions("(arg1 & 0x7e020000) == 0x20000");
  REQUIRE(masked);
  CHECK(masked->at(0).op == Operator::masked_equal);
  CHECK(masked->at(0).value == 0x7e020000);
  CHECK(masked->at(0).value_two == 0x20000);

  CHECK(defaults::parse_conditions("arg5 <= 1")->at(0).op == Operator::less_or_equal);
  CHECK(defaults::parse_conditions("arg5 < 1")->at(0).op == Operator::less);
  CHECK(defaults::parse_conditions("arg5 >= 1")->at(0).op == Operator::greater_or_equal);
  CHECK(defaults::parse_conditions("arg5 > 0xffffffffffffffff")->at(0).value == ~std::uint64_t{0});
}

TEST_CASE("Conditions that are not quite right are refused", "[defaults]") {
  const char* text = GENERATE("", "arg6 == 1", "arg0 = 1", "arg0 == ", "arg0 == 1 &&",
                              "arg0 == 1 || arg0 == 2", "arg0 == 0x10000000000000000", "(arg0 & 1 == 1",
                              "(arg0 & 1) != 1", "arg0 == -1", "arg0 == 1 ", "0 == 0");
  CAPTURE(text);
  CHECK(!defaults::parse_conditions(text));
}

TEST_CASE("Marks say in which versions a group or a name counts", "[defaults]") {
  const auto names = [](std::size_t version) {
    return names_of(profile_of(R"(
      {"reason": "a: b", "names": ["always"],
       "changes": [{"since": "2", "names": ["later"]}, {"until": "2", "names": ["earlier"]},
                   {"since": "2", "until": "3", "names": ["between"]}]},
      {"reason": "a: b", "since": "3", "names": ["newest"]})",
                               version));
  };
  CHECK(names(0) == "always earlier ");
  CHECK(names(1) == "always later between ");
  CHECK(names(2) == "always later newest ");
  CHECK(!profile_of("", 0).header.default_errno_ret);
  CHECK(profile_of("", 2).header.default_errno_ret == 38);
}

TEST_CASE("A change with a reason of its own keeps it", "[defaults]") {
  const auto profile = profile_of(R"({"reason": "first: one", "names": ["a"],
      "changes": [{"since": "1", "reason": ["second:", "two"], "names": ["b"]}]})",
                                  0);
  REQUIRE(profile.rules.size() == 2);
  for (const document::TemplateRule& each : profile.rules)
    CHECK(each.comment == (each.rule.names.at(0).text == "a" ? "first: one" : "second: two"));
}

TEST_CASE("Each of args is a rule of its own", "[defaults]") {
  const auto profile =
      profile_of(R"({"reason": "a: b", "names": ["personality"], "args": ["arg0 == 0", "arg0 == 8"]})", 0);
  REQUIRE(profile.rules.size() == 2);
  CHECK(profile.rules[1].rule.conditions.at(0).value == 8);
}

TEST_CASE("Otherwise is the same group without its capability", "[defaults]") {
  const auto profile =
      profile_of(R"({"reason": "a: b", "names": ["chroot"], "includes": {"caps": ["CAP_SYS_CHROOT"]},
      "otherwise": {"action": "SCMP_ACT_ERRNO", "errno": "EPERM"}})",
                 0);
  REQUIRE(profile.rules.size() == 2);
  CHECK(profile.rules[0].rule.action == document::Action::allow);
  CHECK(profile.rules[1].rule.action == document::Action::error);
  CHECK(profile.rules[1].rule.errno_ret == 1);
  CHECK(profile.rules[1].includes.empty());
  CHECK(profile.rules[1].excludes.caps == std::vector<std::string>{"CAP_SYS_CHROOT"});
}

TEST_CASE("Otherwise may count in other versions than its group", "[defaults]") {
  const char* const group =
      R"({"reason": "a: b", "names": ["chroot"], "includes": {"caps": ["CAP_SYS_CHROOT"]},
      "otherwise": {"since": "2", "action": "SCMP_ACT_ERRNO", "errno": "EPERM"}})";
  CHECK(profile_of(group, 0).rules.size() == 1);
  CHECK(profile_of(group, 1).rules.size() == 2);
}

TEST_CASE("A mistake in the data is an error at its place", "[defaults]") {
  CHECK_THROWS_WITH(profile_of(R"({"reason": "a: b", "since": [], "names": ["x"]})", 0),
                    Catch::Contains("names no version"));
  CHECK_THROWS_WITH(profile_of(R"({"reason": "a: b", "since": ["2", "2"], "names": ["x"]})", 0),
                    Catch::Contains("second mark"));
  CHECK_THROWS_WITH(EngineData(R"({"versions": [{"version": "1"}]})", "data.json"),
                    Catch::Contains("branch"));
  CHECK_THROWS_WITH(EngineData(R"({"branch": 1, "versions": [{"version": "new"}]})", "data.json"),
                    Catch::Contains("is written as"));
  CHECK_THROWS_WITH(EngineData(R"({"branch": 1, "versions": []})", "data.json"),
                    Catch::Contains("names none"));
  CHECK_THROWS_WITH(profile_of(R"({"reason": "a: b", "since": "4", "names": ["x"]})", 0),
                    Catch::Contains("data.json:4:") && Catch::Contains("not among \"versions\""));
  CHECK_THROWS_WITH(profile_of(R"({"reason": "a: b", "cap": [], "names": ["x"]})", 0),
                    Catch::Contains("\"cap\""));
  CHECK_THROWS_WITH(profile_of(R"({"names": ["x"]})", 0), Catch::Contains("reason"));
  CHECK_THROWS_WITH(profile_of(R"({"reason": "a: b", "args": ["arg0 = 1"], "names": ["x"]})", 0),
                    Catch::Contains("arg0 == 8"));
  CHECK_THROWS_WITH(profile_of(R"({"reason": "a: b", "errno": "EPREM", "names": ["x"]})", 0),
                    Catch::Contains("EPREM"));
  CHECK_THROWS_WITH(profile_of(R"({"reason": "a: b", "includes": {"minKernel": "4"}, "names": ["x"]})", 0),
                    Catch::Contains("4.8"));
  CHECK_THROWS_WITH(
      profile_of(R"({"reason": "a: b", "includes": {"minKernel": "4.256"}, "names": ["x"]})", 0),
      Catch::Contains("\"minKernel\": 256 is more than the 255"));
  CHECK_THROWS_WITH(EngineData(R"({"branch": 257, "versions": [{"version": "1"}]})", "data.json"),
                    Catch::Contains("\"branch\": 257 is more than the 255"));
  CHECK_THROWS_WITH(profile_of(R"({"reason": "a: b", "includes": {"caps": ["A", "B"]}, "names": ["x"],
                                   "otherwise": {"action": "SCMP_ACT_ERRNO"}})",
                               0),
                    Catch::Contains("otherwise"));
}

TEST_CASE("Rows that a table has no room for are an error", "[defaults]") {
  const std::vector<char> most(65'535);
  CHECK(defaults::rows_since(most, 0).count == 65'535);
  const std::vector<char> more(65'537);
  CHECK_THROWS_WITH(defaults::rows_since(more, 0), Catch::Contains("65537 is more than the 65535"));
  CHECK_THROWS_WITH(defaults::rows_since(more, 65'536), Catch::Contains("rows before: 65536"));
  std::string versions;
  for (unsigned i = 1; i <= 300; ++i) versions += concat(i == 1 ? "" : ", ", R"({"version": ")", i, R"("})");
  CHECK_THROWS_WITH(EngineData(concat(R"({"branch": 1, "versions": [)", versions, "]}"), "data.json"),
                    Catch::Contains("release branches: 256 is more than the 255"));
}
