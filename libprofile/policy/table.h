// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linux/seccomp.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "libprofile/policy/policy.h"

// What a policy means, spelled out: for each ABI and system call number a decision over the six arguments.
// Every program is right if it answers as decide() does.
namespace scrim::policy {

// All conditions hold: this decision.
struct Case {
  Decision decision;
  std::vector<document::Condition> conditions;  // never empty; at most one for each argument
};

struct Call {
  std::uint32_t number = 0;
  std::vector<Case> cases;  // the first that holds decides
  Decision decision;        // if none holds
};

// The calls of one architecture.
struct Abi {
  document::Architecture architecture = document::Architecture::x86_64;
  std::uint32_t audit_arch = 0;  // seccomp_data.arch of its calls
  // Arguments have 32 bits: the high word of each is not looked at, and values are cut to 32 bits.
  bool narrow = false;
  std::optional<std::uint32_t> newest;  // calls above it that `calls` does not have answer ENOSYS
  std::vector<Call> calls;              // by ascending number, each once
};

struct Table {
  std::string name;  // for messages: the profile's file
  Decision otherwise;
  std::vector<Abi> abis;  // as Policy::architectures
};

// How the first argument of socketcall(2) and ipc(2) says which call is meant.
enum class Subcalls : std::uint8_t {
  // socketcall takes an int. ipc looks at the low 16 bits, above which is a version (ksys_ipc() in the
  // kernel's ipc/syscall.c).
  as_kernel,
  // All of it counts: socketcall and ipc with other bits set are none of the calls that rules are about.
  as_libseccomp,
};

// Throws Error: two rules of a call that have the same conditions and decide differently.
[[nodiscard]] Table make_table(const Policy& policy, Subcalls subcalls = Subcalls::as_kernel);

[[nodiscard]] bool holds(const document::Condition& condition, std::uint64_t argument);

// The definition of what a policy means.
[[nodiscard]] Decision decide(const Table& table, const seccomp_data& call);

// As a filter returns it: SECCOMP_RET_* and data.
[[nodiscard]] std::uint32_t answer_of(const Decision& decision);

}  // namespace scrim::policy
