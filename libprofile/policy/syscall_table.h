// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "libprofile/document/profile.h"

// What generator/make_syscall_table.cc asks libseccomp at build time. Looking names up in libseccomp takes a
// comparison with half of its five hundred names each; a default profile has more than a thousand look-ups.
namespace scrim::policy {

inline constexpr std::size_t architectures = static_cast<std::size_t>(document::Architecture::sheb) + 1;

// By Architecture; -1: the architecture lacks the call.
using NumbersByArchitecture = std::array<std::int32_t, architectures>;

// No pointers: nothing to relocate when the program starts.
struct SyscallRow {
  std::array<char, 32> name;  // ends with a NUL
  std::uint8_t multiplexed;   // index in multiplexed_rows plus 1; 0: never
  NumbersByArchitecture numbers;
};

struct MultiplexedRow {
  std::uint16_t through;  // index in syscall_rows: socketcall, ipc
  std::uint32_t subcall;
  // Numbers of its own, also where libseccomp gives pseudo numbers.
  NumbersByArchitecture direct;
};

extern const std::span<const SyscallRow> syscall_rows;  // by name
extern const std::span<const MultiplexedRow> multiplexed_rows;

// A hash table with open addressing: index in syscall_rows plus 1; 0: an empty slot.
inline constexpr std::size_t syscall_slots = 2048;
extern const std::array<std::uint16_t, syscall_slots> syscall_index;

[[nodiscard]] constexpr std::size_t first_slot(std::string_view name) {
  std::uint32_t hash = 2166136261;  // FNV-1a
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619;
  return (hash ^ (hash >> 16U)) % syscall_slots;
}

}  // namespace scrim::policy
