// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "libprofile/filter/program.h"

namespace scrim::filter {

// One line for each instruction: its index, what it does with the indices it goes on to, and behind a
// semicolon the names of architectures, system calls, their arguments ("personality(persona)") and actions as
// far as they can be told. Any program can be read, valid or not.
[[nodiscard]] std::string disassemble(std::span<const sock_filter> program);

// "ERRNO EPERM", "ALLOW": what a program returned (SECCOMP_RET_* and data).
[[nodiscard]] std::string answer_name(std::uint32_t answer);

}  // namespace scrim::filter
