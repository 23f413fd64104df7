// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <catch2/catch.hpp>
#include <cerrno>
#include <random>

#include "libprofile/filter/disassemble.h"
#include "libprofile/filter/own.h"
#include "libprofile/policy/table.h"

using namespace scrim;
using document::Action;
using document::Architecture;
using document::Operator;

TEST_CASE("a listing names architectures, system calls, arguments and actions") {
  policy::Policy policy;
  policy.name = "test.json";
  policy.otherwise = {Action::error, EPERM};
  policy.architectures = {Architecture::x86_64, Architecture::x86};
  policy.rules = {{"getpid", {Action::allow, 0}, {}},
                  {"keyctl", {Action::kill_process, 0}, {{1, Operator::equal, 7, 0, {}}}}};
  const std::string text = filter::disassemble(filter::compile(make_table(policy)));
  for (const char* part : {"   0  ld arch\n", "jeq 0xc000003e, ", "; SCMP_ARCH_X86_64\n", "; SCMP_ARCH_X86\n",
                           "; getpid\n", "ld args[1].low", "ld args[1].high", "; KILL_PROCESS\n",
                           "; ERRNO EPERM\n", "; ALLOW\n", "; KILL_THREAD\n"})
    CHECK_THAT(text, Catch::Contains(part));
}

TEST_CASE("any bytes can be listed") {
  std::mt19937 random(11);
  for (int round = 0; round < 200; ++round) {
    filter::Program program(random() % 40);
    for (sock_filter& each : program)
      each = {static_cast<std::uint16_t>(random() % 256), static_cast<std::uint8_t>(random()),
              static_cast<std::uint8_t>(random()), static_cast<std::uint32_t>(random())};
    const std::string text = filter::disassemble(program);
    CHECK(static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) == program.size());
  }
}

TEST_CASE("arguments are named where the calls that come to them are known") {
  policy::Policy policy;
  policy.name = "test.json";
  policy.otherwise = {Action::error, EPERM};
  policy.architectures = {Architecture::x86_64, Architecture::x86};
  policy.rules = {{"personality", {Action::allow, 0}, {{0, Operator::equal, 8, 0, {}}}},
                  {"socket", {Action::allow, 0}, {{2, Operator::equal, 3, 0, {}}}},
                  {"clone", {Action::allow, 0}, {{0, Operator::masked_equal, 0x7e020000, 0, {}}}},
                  {"unshare", {Action::allow, 0}, {{0, Operator::masked_equal, 0x7e020000, 0, {}}}},
                  {"getpid", {Action::allow, 0}, {{5, Operator::equal, 1, 0, {}}}}};
  const std::string text = filter::disassemble(filter::compile(make_table(policy)));
  for (const char* part : {"; personality(persona)\n", "; socket(protocol)", "; getpid(args[5])\n"})
    CHECK_THAT(text, Catch::Contains(part));
  // Both share the test.
  CHECK((text.find("; clone(flags), unshare(flags)\n") != std::string::npos ||
         text.find("; unshare(flags), clone(flags)\n") != std::string::npos));
}
