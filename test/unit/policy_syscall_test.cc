// SPDX-License-Identifier: Apache-2.0
#include <seccomp.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <memory>
#include <string>

#include "libprofile/error.h"
#include "libprofile/policy/abi.h"
#include "libprofile/policy/syscall.h"

using namespace scrim;
using document::Architecture;
using policy::Syscall;

TEST_CASE("every system call has libseccomp's number on every architecture") {
  REQUIRE(Syscall::count() > 400);
  for (int i = 0; i <= static_cast<int>(Architecture::sheb); ++i) {
    const auto architecture = static_cast<Architecture>(i);
    const std::uint32_t token = policy::libseccomp_token(architecture);
    INFO(name_of(architecture));
    for (std::size_t row = 0; row < Syscall::count(); ++row) {
      const Syscall syscall = Syscall::at(row);
      INFO(syscall.name());
      const int number = token == 0 ? -1 : seccomp_syscall_resolve_name_arch(token, syscall.name().data());
      CHECK(syscall.number(architecture) == std::max(number, -1));
    }
  }
}

TEST_CASE("every name that libseccomp has for a number is known") {
  struct Free {
    void operator()(char* text) const { std::free(text); }
  };
  for (int i = 0; i <= static_cast<int>(Architecture::sheb); ++i) {
    const std::uint32_t token = policy::libseccomp_token(static_cast<Architecture>(i));
    if (token == 0) continue;
    // Down to the pseudo numbers of calls that the architecture lacks.
    for (int number = -12000; number < 8000; ++number) {
      const std::unique_ptr<char, Free> name(seccomp_syscall_resolve_num_arch(token, number));
      if (!name) continue;
      INFO(name.get() << " " << number);
      CHECK(Syscall::named(name.get()));
    }
  }
}

TEST_CASE("a system call is found by its whole name only") {
  CHECK(Syscall::named("read")->name() == "read");
  CHECK(Syscall::named("readlinkat") != Syscall::named("readlink"));
  for (const char* none : {"", "rea", "READ", "read ", "no_such_call_at_all"})
    CHECK_FALSE(Syscall::named(none));
  CHECK_THROWS_WITH(Syscall("raed"), Catch::Contains("raed"));
}

TEST_CASE("system calls are in the order of their names") {
  for (std::size_t row = 1; row < Syscall::count(); ++row)
    REQUIRE(Syscall::at(row - 1).name() < Syscall::at(row).name());
}
