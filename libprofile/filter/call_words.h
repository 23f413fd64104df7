// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

// The 32-bit words of struct seccomp_data, which is all that a filter sees of a call, in the order of their
// addresses.
namespace scrim::filter {

using Word = std::uint8_t;  // offset divided by 4
inline constexpr Word number_word = 0;
inline constexpr Word arch_word = 1;
inline constexpr Word pointer_words = 2;  // two, of the instruction pointer
inline constexpr Word argument_words =
    4;  // two for each argument; which of them comes first is the byte order's
inline constexpr Word call_words = 16;  // how many there are

}  // namespace scrim::filter
