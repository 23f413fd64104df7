// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linux/seccomp.h>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "libprofile/filter/program.h"
#include "libprofile/policy/table.h"

// Several filters on one process, and one that does the same. Wherever several stand side by side, the one
// that would have been installed last is the first.
namespace scrim::filter {

// What the kernel makes of the answers of several filters (kernel/seccomp.c, seccomp_run_filters()): the most
// restrictive action decides, which is the lowest as a signed number: KILL_PROCESS, KILL_THREAD, TRAP, ERRNO,
// USER_NOTIF, TRACE, LOG, ALLOW; of equal actions the answer of the filter that was installed last. ALLOW if
// there is none.
[[nodiscard]] std::uint32_t most_restrictive(std::span<const std::uint32_t> answers);

// Which of several answers counts: as the kernel has it; or the other way round, which no kernel does: for a
// profile that allows whatever one of several allows.
enum class Precedence : bool { most_restrictive, least_restrictive };

// The definition of what several policies mean together.
[[nodiscard]] std::uint32_t answer(std::span<const policy::Table> tables, const seccomp_data& call,
                                   Precedence precedence = Precedence::most_restrictive);

// One program out of several, whatever made them: each answer of the first goes on to the second. Policies
// are better fused by the compiler (own.h), which tests nothing twice. Throws Error naming `name` if the
// result has more instructions than the kernel takes, or if a program ends in something else than constants.
[[nodiscard]] Program fuse(std::span<const Program> programs, const std::string& name);

// The flags of one installation in place of several. SPEC_ALLOW if all have it: the kernel turns the
// mitigations on for any filter without it (seccomp_assign_mode()). The others if any has them: what somebody
// wants logged is logged, and then is so for all.
[[nodiscard]] std::vector<document::Flag> fuse_flags(std::span<const policy::Policy> policies);

}  // namespace scrim::filter
