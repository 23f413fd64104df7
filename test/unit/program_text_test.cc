// SPDX-License-Identifier: Apache-2.0
#include <linux/bpf_common.h>

#include <catch2/catch.hpp>
#include <cstring>
#include <random>

#include "libprofile/error.h"
#include "libprofile/filter/program_text.h"

using namespace scrim;
using filter::ByteOrder;
using filter::Program;
using filter::read_program;

namespace {

Program random_program(std::mt19937& random, std::size_t length) {
  Program program(length);
  for (sock_filter& each : program)
    each = {static_cast<std::uint16_t>(1 + random() % 255), static_cast<std::uint8_t>(random()),
            static_cast<std::uint8_t>(random()), static_cast<std::uint32_t>(random())};
  return program;
}

bool same(const Program& a, const Program& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(sock_filter)) == 0;
}

const Program allow{{BPF_RET | BPF_K, 0, 0, 0x7fff0000}};

}  // namespace

TEST_CASE("every form reads back as the program that it was written from, in both byte orders") {
  std::mt19937 random(5);
  for (std::size_t length : {1U, 2U, 3U, 7U, 300U, 4096U}) {
    const Program program = random_program(random, length);
    for (const ByteOrder order : {ByteOrder::little, ByteOrder::big}) {
      CHECK(same(read_program(to_bytes(program, order), "bytes"), program));
      CHECK(same(read_program(to_hex(program, order), "hex"), program));
      CHECK(same(read_program(to_base64(program, order) + "\n", "base64"), program));
    }
    CHECK(same(read_program(filter::to_c(program), "c"), program));
  }
}

TEST_CASE("the forms are what other programs take") {
  CHECK(to_bytes(allow, ByteOrder::little) == std::string("\x06\0\0\0\0\0\xff\x7f", 8));
  CHECK(to_bytes(allow, ByteOrder::big) == std::string("\0\x06\0\0\x7f\xff\0\0", 8));
  CHECK(to_hex(allow, ByteOrder::little) == "060000000000ff7f\n");
  CHECK(to_base64(allow, ByteOrder::little) == "BgAAAAAA/38=");
  CHECK_THAT(filter::to_c(allow), Catch::StartsWith("{0x06,   0,   0, 0x7fff0000}, /*    0  ret 0x7fff0000"));
  const Program own = allow;
  CHECK(std::memcmp(to_bytes(own, filter::native_byte_order()).data(), own.data(), sizeof(sock_filter)) == 0);
}

TEST_CASE("what people write is read") {
  for (const char* text : {"06 00 00 00  00 00 ff 7f", "0x06, 0x00, 0x00, 0x00, 0x00, 0x00, 0xFF, 0x7F",
                           "  060000000000FF7F", "0006 00 00 7fff0000", "BgAAAAAA\n/38=\n", "BgAAAAAA/38",
                           "{ 0x6, 0, 0, 0x7fff0000 },", "{6,0,0,2147418112}",
                           "#include <linux/filter.h>\n// { a comment\nstruct sock_filter filter[] = {\n  "
                           "{0x06U, 0, 0, 0x7fff0000}, /* {x} "
                           "*/\n};\n"})
    CHECK(same(read_program(text, "text"), allow));
}

TEST_CASE("what is no program is refused, and why") {
  const auto refused = [](std::string_view bytes, const char* why) {
    CHECK_THROWS_WITH(read_program(bytes, "some.bpf"),
                      Catch::StartsWith("some.bpf: ") && Catch::Contains(why));
  };
  refused("", "no instructions");
  refused("\n \n", "no instructions");
  refused("/* only { } */", "no instructions");
  refused(std::string_view("\x06\0\0\0\0\0\xff", 7), "not a whole number of instructions");
  refused("060000000000ff", "not a whole number of instructions");
  refused("BgAAAAAA", "not a whole number of instructions");
  refused("Hello, world!", "neither an array of struct sock_filter");
  refused(std::string_view("\x7f"
                           "ELF\x02\x01\x01\0",
                           8),
          "code is above 255");
  refused("{0x06, 0, 0}", "an instruction is four numbers");
  refused("{0x06, 0, 256, 0}", "an instruction is four numbers");
  refused("{BPF_RET, 0, 0, 0}", "an instruction is four numbers");
  std::mt19937 random(5);
  refused(to_bytes(random_program(random, 4097), ByteOrder::little),
          "4097 instructions: the kernel takes at most 4096");
}

TEST_CASE("any bytes are read or refused") {
  std::mt19937 random(23);
  constexpr std::string_view likely = "{},0x/*\n #=AZf6";
  for (int round = 0; round < 20000; ++round) {
    std::string bytes(random() % 48, '\0');
    for (char& c : bytes)
      c = round % 2 == 0 ? likely[random() % likely.size()] : static_cast<char>(random() % 256);
    std::size_t length = 1;
    try {
      length = read_program(bytes, "random").size();
    } catch (const Error&) {
      continue;
    }
    CHECK(length > 0);
  }
}
