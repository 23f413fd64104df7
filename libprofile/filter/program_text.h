// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "libprofile/filter/program.h"

// A program in the forms in which programs exchange it.
namespace scrim::filter {

enum class ByteOrder : bool { little, big };

// The order of the machine that this program runs on.
[[nodiscard]] ByteOrder native_byte_order();

// An array of struct sock_filter as a machine of that byte order has it: what `bwrap --seccomp FD` reads.
[[nodiscard]] std::string to_bytes(const Program& program, ByteOrder order);

// The same bytes in base64, without a line's end: crun's annotation run.oci.seccomp_bpf_data (crun(1)).
[[nodiscard]] std::string to_base64(const Program& program, ByteOrder order);

// The same bytes in hexadecimal, an instruction a line: `xxd -r -p` makes the array of it.
[[nodiscard]] std::string to_hex(const Program& program, ByteOrder order);

// The rows between the braces of `struct sock_filter filter[] = { … };`, as `tcpdump -dd` and bpf_asm -c
// write them, each with its line of disassemble() as a comment.
[[nodiscard]] std::string to_c(const Program& program);

// Reads any of these. C rows are four numbers in braces; comments, preprocessor lines and whatever stands
// around the rows are passed over. The byte order of the others is told from the instructions' codes, all of
// which are below 256. Throws Error naming `name`: what is none of these, is cut short, or has no or more
// than 4096 instructions.
[[nodiscard]] Program read_program(std::string_view bytes, const std::string& name);

}  // namespace scrim::filter
