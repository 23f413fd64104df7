// SPDX-License-Identifier: Apache-2.0
// Whatever the rules: the program answers as decide() does, and it is the same each time.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "libprofile/error.h"
#include "libprofile/filter/own.h"
#include "libprofile/filter/verify.h"
#include "libprofile/policy/table.h"
#include "test/fuzz/random_policy.h"

using namespace scrim;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::uint8_t* const end = data + size;
  const auto choose = [&](std::uint32_t below) { return data == end ? 0U : *data++ % below; };
  const policy::Policy policy = fuzz::random_policy(choose, {});
  policy::Table table;
  try {
    table = make_table(policy);
  } catch (const Error&) {
    return 0;  // rules that contradict each other
  }
  const filter::Program program = filter::compile(table);
  constexpr std::size_t calls = 200000;
  const filter::Verification verification = filter::verify(program, table, calls);
  if (verification.difference) {
    std::fputs(verification.difference->text(table).c_str(), stderr);
    std::abort();
  }
  const filter::Program again = filter::compile(table);
  const bool same = std::equal(program.begin(), program.end(), again.begin(), again.end(),
                               [](const sock_filter& a, const sock_filter& b) {
                                 return a.code == b.code && a.jt == b.jt && a.jf == b.jf && a.k == b.k;
                               });
  if (!same) std::abort();
  return 0;
}
