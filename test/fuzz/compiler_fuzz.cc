// SPDX-License-Identifier: Apache-2.0
// Whatever the rules: the program answers as decide() does, and it is the same each time.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "libprofile/error.h"
#include "libprofile/filter/own.h"
#include "libprofile/filter/verify.h"
#include "libprofile/policy/table.h"
#include "test/fuzz/random_policy.h"

using namespace scrim;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::uint8_t* const end = data + size;
  const auto choose = [&](std::uint32_t below) { return data == end ? 0U : *data++ % below; };
  std::vector<policy::Table> tables;
  filter::Frequencies frequencies;
  try {
    for (std::uint32_t count = choose(6) == 0 ? 1 + choose(3) : 1; count-- > 0;)
      tables.push_back(make_table(fuzz::random_policy(choose, {})));
  } catch (const Error&) {
    return 0;  // rules that contradict each other
  }
  if (choose(4) == 1) frequencies = {{"keyctl", choose(256)}, {"clone", 1}, {"openat2", 1U << choose(32)}};
  const filter::Frequencies* const recorded = frequencies.empty() ? nullptr : &frequencies;
  const filter::Program program = filter::compile(tables, recorded);
  constexpr std::size_t calls = 200000;
  const filter::Verification verification = filter::verify(program, tables, calls);
  if (verification.difference) {
    std::fputs(verification.difference->text(tables.front()).c_str(), stderr);
    std::abort();
  }
  const filter::Program again = filter::compile(tables, recorded);
  const bool same = std::equal(program.begin(), program.end(), again.begin(), again.end(),
                               [](const sock_filter& a, const sock_filter& b) {
                                 return a.code == b.code && a.jt == b.jt && a.jf == b.jf && a.k == b.k;
                               });
  if (!same) std::abort();
  return 0;
}
