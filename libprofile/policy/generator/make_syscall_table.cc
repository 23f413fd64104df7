// SPDX-License-Identifier: Apache-2.0
// Writes syscall_table.cc, the definitions of libprofile/policy/syscall_table.h, to standard output: every
// system call that the installed libseccomp knows, with its number on every architecture.
#include <seccomp.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <iostream>
#include <map>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "libprofile/policy/abi.h"
#include "libprofile/policy/generator/multiplexed.h"
#include "libprofile/policy/syscall_table.h"

namespace scrim::policy {

namespace {

using document::Architecture;

struct Free {
  void operator()(char* text) const { std::free(text); }
};

// Where an architecture's numbers may be. Those of mips begin at 4000, 5000 and 6000; arm has private ones
// (arch/arm/include/uapi/asm/unistd.h, __ARM_NR_BASE).
struct Range {
  int first;
  int last;
};
constexpr std::array ranges{Range{0, 8191}, Range{0x0f0000, 0x0f00ff}};

std::map<std::string, int> numbers_of(Architecture architecture) {
  const std::uint32_t token = libseccomp_token(architecture);
  std::map<std::string, int> numbers;
  if (token == 0) return numbers;
  const int above = architecture == Architecture::x32 ? static_cast<int>(x32_bit) : 0;
  for (const Range& range : ranges)
    for (int number = range.first + above; number <= range.last + above; ++number) {
      const std::unique_ptr<char, Free> name(seccomp_syscall_resolve_num_arch(token, number));
      // mips' names are found a second time without the number's offset, below.
      if (name) numbers[name.get()] = number;
    }
  return numbers;
}

int number_of(const std::string& name, Architecture architecture) {
  const std::uint32_t token = libseccomp_token(architecture);
  return token == 0 ? -1 : std::max(-1, seccomp_syscall_resolve_name_arch(token, name.c_str()));
}

void print(const NumbersByArchitecture& numbers) {
  std::cout << "{";
  for (const std::int32_t number : numbers) std::cout << number << ",";
  std::cout << "}";
}

void write_table() {
  std::array<std::map<std::string, int>, architectures> by_architecture;
  std::set<std::string> names;
  for (std::size_t i = 0; i < architectures; ++i) {
    by_architecture[i] = numbers_of(static_cast<Architecture>(i));
    for (const auto& [name, number] : by_architecture[i]) names.insert(name);
  }
  const std::vector<std::string> sorted(names.begin(), names.end());
  const auto row_of = [&](std::string_view name) {
    const auto found = std::ranges::lower_bound(sorted, name);
    if (found == sorted.end() || *found != name)
      throw std::runtime_error("libseccomp does not know " + std::string(name));
    return found - sorted.begin();
  };

  std::cout << "// Made by make_syscall_table.\n"
               "#include \"libprofile/policy/syscall_table.h\"\n\n"
               "namespace scrim::policy {\n\n"
               "static constexpr SyscallRow rows[] = {\n";
  std::array<std::uint16_t, syscall_slots> slots{};
  for (std::size_t row = 0; row < sorted.size(); ++row) {
    const std::string& name = sorted[row];
    if (name.size() >= sizeof(SyscallRow::name)) throw std::runtime_error("too long a name: " + name);
    const auto* const multiplexed = std::ranges::find(multiplexed_calls, name, &MultiplexedCall::name);
    const auto index =
        multiplexed == multiplexed_calls.end() ? 0 : multiplexed - multiplexed_calls.begin() + 1;
    std::cout << "{{\"" << name << "\"}, " << index << ", ";
    NumbersByArchitecture numbers;
    for (std::size_t i = 0; i < architectures; ++i)
      numbers[i] = number_of(name, static_cast<Architecture>(i));
    print(numbers);
    std::cout << "},\n";
    std::size_t slot = first_slot(name);
    while (slots[slot] != 0) slot = (slot + 1) % syscall_slots;
    slots[slot] = static_cast<std::uint16_t>(row + 1);
  }
  std::cout << "};\nconst std::span<const SyscallRow> syscall_rows(rows);\n\n"
               "static constexpr MultiplexedRow multiplexed[] = {\n";
  for (const MultiplexedCall& call : multiplexed_calls) {
    NumbersByArchitecture direct;
    const std::string name(call.name);
    for (std::size_t i = 0; i < architectures; ++i) {
      const auto own = by_architecture[i].find(name);
      direct[i] = own == by_architecture[i].end() ? -1 : own->second;
    }
    std::cout << "{" << row_of(call.through) << ", " << call.subcall << ", ";
    print(direct);
    std::cout << "},\n";
  }
  std::cout << "};\nconst std::span<const MultiplexedRow> multiplexed_rows(multiplexed);\n\n"
               "const std::array<std::uint16_t, syscall_slots> syscall_index{";
  for (const std::uint16_t slot : slots) std::cout << slot << ",";
  std::cout << "};\n\n}  // namespace scrim::policy\n";
}

}  // namespace

}  // namespace scrim::policy

int main() {
  try {
    scrim::policy::write_table();
    return std::cout.flush() ? 0 : 1;
  } catch (const std::exception& error) {
    std::cerr << "make_syscall_table: " << error.what() << '\n';
    return 1;
  }
}
