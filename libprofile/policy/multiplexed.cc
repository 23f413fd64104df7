// SPDX-License-Identifier: Apache-2.0
#include "libprofile/policy/multiplexed.h"

#include <seccomp.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>
#include <string_view>

#include "libprofile/policy/abi.h"

namespace scrim::policy {

namespace {

struct Entry {
  std::string_view name;
  Multiplexed multiplexed;
  std::uint32_t on_i386;  // its own number there (arch/x86/entry/syscalls/syscall_32.tbl); 0: none
};

constexpr const char* socketcall = "socketcall";
constexpr const char* ipc = "ipc";

constexpr std::array entries{
    Entry{"accept", {socketcall, 5}, 0},
    Entry{"accept4", {socketcall, 18}, 364},
    Entry{"bind", {socketcall, 2}, 361},
    Entry{"connect", {socketcall, 3}, 362},
    Entry{"getpeername", {socketcall, 7}, 368},
    Entry{"getsockname", {socketcall, 6}, 367},
    Entry{"getsockopt", {socketcall, 15}, 365},
    Entry{"listen", {socketcall, 4}, 363},
    Entry{"msgctl", {ipc, 14}, 402},
    Entry{"msgget", {ipc, 13}, 399},
    Entry{"msgrcv", {ipc, 12}, 401},
    Entry{"msgsnd", {ipc, 11}, 400},
    Entry{"recv", {socketcall, 10}, 0},
    Entry{"recvfrom", {socketcall, 12}, 371},
    Entry{"recvmmsg", {socketcall, 19}, 337},
    Entry{"recvmsg", {socketcall, 17}, 372},
    Entry{"semctl", {ipc, 3}, 394},
    Entry{"semget", {ipc, 2}, 393},
    Entry{"semop", {ipc, 1}, 0},
    Entry{"semtimedop", {ipc, 4}, 0},
    Entry{"send", {socketcall, 9}, 0},
    Entry{"sendmmsg", {socketcall, 20}, 345},
    Entry{"sendmsg", {socketcall, 16}, 370},
    Entry{"sendto", {socketcall, 11}, 369},
    Entry{"setsockopt", {socketcall, 14}, 366},
    Entry{"shmat", {ipc, 21}, 397},
    Entry{"shmctl", {ipc, 24}, 396},
    Entry{"shmdt", {ipc, 22}, 398},
    Entry{"shmget", {ipc, 23}, 395},
    Entry{"shutdown", {socketcall, 13}, 373},
    Entry{"socket", {socketcall, 1}, 359},
    Entry{"socketpair", {socketcall, 8}, 360},
};
static_assert(std::ranges::is_sorted(entries, {}, &Entry::name));

const Entry* entry(std::string_view name) {
  const auto* const found = std::ranges::lower_bound(entries, name, {}, &Entry::name);
  return found != entries.end() && found->name == name ? found : nullptr;
}

struct Free {
  void operator()(char* text) const { std::free(text); }
};

}  // namespace

std::optional<Multiplexed> multiplexed(const std::string& name) {
  const Entry* const found = entry(name);
  if (found == nullptr) return std::nullopt;
  return found->multiplexed;
}

std::optional<std::uint32_t> direct_number(const std::string& name, document::Architecture architecture) {
  const Entry* const found = entry(name);
  if (found == nullptr) return std::nullopt;
  if (architecture == document::Architecture::x86) {
    if (found->on_i386 == 0) return std::nullopt;
    return found->on_i386;
  }
  const int number = syscall_number(name, architecture);
  if (number >= 0) return static_cast<std::uint32_t>(number);
  // libseccomp tells names of numbers only. mips begins at 4000, and socketcall is 102 above the first
  // everywhere; the last is well below 600 above it.
  constexpr int socketcall_offset = 102;
  constexpr int numbers = 600;
  const int first = syscall_number(socketcall, architecture) - socketcall_offset;
  if (first < 0) return std::nullopt;
  const std::uint32_t token = libseccomp_token(architecture);
  for (int candidate = first; candidate < first + numbers; ++candidate) {
    const std::unique_ptr<char, Free> text(seccomp_syscall_resolve_num_arch(token, candidate));
    if (text && name == text.get()) return static_cast<std::uint32_t>(candidate);
  }
  return std::nullopt;
}

}  // namespace scrim::policy
