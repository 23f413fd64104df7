// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "libprofile/filter/program.h"

// What a program can still return, told from its jumps alone.
namespace scrim::filter {

// For each instruction the answer, if only one can be reached from there: it needs no more questions.
[[nodiscard]] std::vector<std::optional<std::uint32_t>> settled_answers(std::span<const sock_filter> program);

// Constants that can be returned from there on, ascending; empty if any value can.
[[nodiscard]] std::vector<std::uint32_t> answers_from(std::span<const sock_filter> program, std::size_t from);

}  // namespace scrim::filter
