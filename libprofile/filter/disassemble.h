// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>

#include "libprofile/filter/program.h"

namespace scrim::filter {

// One line for each instruction: its index, what it does with the indices it goes on to, and behind a
// semicolon the names of architectures, system calls and actions as far as they can be told. Any program can
// be read, valid or not.
[[nodiscard]] std::string disassemble(std::span<const sock_filter> program);

}  // namespace scrim::filter
