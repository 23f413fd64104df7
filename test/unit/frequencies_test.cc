// SPDX-License-Identifier: Apache-2.0
#include <linux/audit.h>

#include <catch2/catch.hpp>
#include <cerrno>
#include <random>

#include "libprofile/defaults/defaults.h"
#include "libprofile/error.h"
#include "libprofile/filter/compiler.h"
#include "libprofile/filter/disassemble.h"
#include "libprofile/filter/interpreter.h"
#include "libprofile/filter/own.h"
#include "libprofile/filter/verify.h"
#include "libprofile/policy/syscall.h"
#include "libprofile/resolve/template.h"
#include "test/fuzz/random_policy.h"
#include "test/unit/policy_profiles.h"

using namespace scrim;
using document::Architecture;
using filter::Frequencies;
using filter::read_frequencies;

namespace {

policy::Policy docker() {
  const resolve::Target target{Architecture::x86_64, {6, 18}, resolve::CapabilitySet(0xa80425fb)};
  return test::policy_of(evaluate_template(defaults::default_profile(defaults::Engine::docker, ""), target));
}

unsigned steps(const filter::Program& program, const char* name) {
  seccomp_data call{};
  call.nr = policy::Syscall(name).number(Architecture::x86_64);
  call.arch = AUDIT_ARCH_X86_64;
  return filter::execute(program, call).steps;
}

}  // namespace

TEST_CASE("what strace -c prints") {
  const Frequencies read = read_frequencies(
      "hello from the program: 12 calls of nothing\n"
      "% time     seconds  usecs/call     calls    errors syscall\n"
      "------ ----------- ----------- --------- --------- ----------------\n"
      " 44.44    0.000024           8         3           mmap\n"
      "  0.00    0.000000           0      1002         2 openat\n"
      "------ ----------- ----------- --------- --------- ----------------\n"
      "100.00    0.000054                  1005         2 total\n",
      "strace.txt");
  CHECK(read == Frequencies{{"mmap", 3}, {"openat", 1002}});
  // strace 4 gives no usecs/call in the sum; -U chooses columns.
  CHECK(read_frequencies("calls syscall\n----- -----\n    7 read\n    1 keyctl\n----- -----\n    8 total\n",
                         "f") == Frequencies{{"keyctl", 1}, {"read", 7}});
}

TEST_CASE("what perf trace -s prints, for all its threads") {
  const char* const table =
      "   syscall            calls  errors  total       min       avg       max       stddev\n"
      "                                     (msec)    (msec)    (msec)    (msec)        (%)\n"
      "   --------------- --------  ------ -------- --------- --------- ---------     ------\n"
      "   read                 5      0     0.006     0.001     0.001     0.002     10.00%\n"
      "   clone3               2      2     0.006     0.001     0.001     0.002     10.00%\n\n";
  const std::string text = std::string(" Summary of events:\n\n sh (11), 84 events, 97.7%\n\n") + table +
                           " sh (12), 2 events, 2.3%\n\n" + table;
  CHECK(read_frequencies(text, "perf.txt") == Frequencies{{"clone3", 4}, {"read", 10}});
}

TEST_CASE("lines of names and counts, and what is none") {
  CHECK(read_frequencies("# recorded\n\nread 10\n keyctl\t3\r\nread 1", "list") ==
        Frequencies{{"keyctl", 3}, {"read", 11}});
  for (const char* bad : {"read", "read x", "read 1 2", "read -1", "10 read", "read 99999999999999999999"})
    CHECK_THROWS_WITH(read_frequencies(std::string("write 1\n") + bad, "list"),
                      Catch::StartsWith("list:2: "));
  for (const char* empty : {"", "\n# nothing\n", "calls syscall\n"})
    CHECK_THROWS_WITH(read_frequencies(empty, "list"), Catch::Contains("list: no system calls"));
}

TEST_CASE("the calls that were recorded are answered sooner, and the program stays right") {
  const policy::Policy policy = docker();
  const policy::Table table = make_table(policy);
  const filter::Program alike = filter::compile(table);
  // Denied ones, one of them in no rule at all, and argument-checked ones.
  for (const char* name : {"keyctl", "init_module", "umount2", "personality", "socket", "clone"}) {
    INFO(name);
    const Frequencies frequencies{{name, 1000000}, {"add_key", 1}, {"read", 50000000}, {"no_such_call", 7}};
    const filter::Program weighted = filter::compile(table, &frequencies);
    CHECK(steps(weighted, name) < steps(alike, name));
    CHECK_NOTHROW(filter::prove(weighted, table));
    CHECK(weighted.size() < 2 * alike.size());
    const filter::Program again =
        filter::Compilation(policy, filter::Backend::own, filter::Compilation::cpu_limit, frequencies).get();
    CHECK(filter::disassemble(again) == filter::disassemble(weighted));
  }
}

TEST_CASE("frequencies as large as can be do not overflow the weights") {
  constexpr std::uint64_t most = ~std::uint64_t{0};
  const policy::Table table = make_table(docker());
  const Frequencies frequencies{{"keyctl", most}, {"clone", most}, {"bpf", most}, {"socket", 0}};
  CHECK_NOTHROW(filter::prove(filter::compile(table, &frequencies), table));
  const Frequencies zeroes{{"keyctl", 0}};
  CHECK_NOTHROW(filter::prove(filter::compile(table, &zeroes), table));
}

TEST_CASE("with random rules and random frequencies programs stay right") {
  std::mt19937_64 random(20261122);
  const auto choose = [&](std::uint32_t below) { return static_cast<std::uint32_t>(random() % below); };
  for (int i = 0; i < 150; ++i) {
    const policy::Policy policy = fuzz::random_policy(choose, {true, true});
    Frequencies frequencies;
    for (const char* name : {"personality", "keyctl", "socket", "clone", "semop"})
      if (choose(2) != 0) frequencies.emplace(name, random() >> choose(64));
    for (unsigned names = choose(20); names-- > 0;)
      frequencies.emplace(
          policy::Syscall::at(choose(static_cast<std::uint32_t>(policy::Syscall::count()))).name(),
          random() >> choose(64));
    try {
      const policy::Table table = make_table(policy);
      const filter::Verification verification =
          filter::verify(filter::compile(table, &frequencies), table, 20000);
      if (verification.difference) FAIL("set " << i << ": " << verification.difference->text(table));
    } catch (const Error& error) {
      if (!std::string_view(error.what()).ends_with("keep one of them")) FAIL(error.what());
    }
  }
}

TEST_CASE("libseccomp takes no frequencies") {
  const Frequencies frequencies{{"keyctl", 1}};
  CHECK_THROWS_WITH(
      filter::Compilation(docker(), filter::Backend::libseccomp, filter::Compilation::cpu_limit, frequencies),
      Catch::Contains("libseccomp takes none"));
}
