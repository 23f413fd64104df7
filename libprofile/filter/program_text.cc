// SPDX-License-Identifier: Apache-2.0
#include "libprofile/filter/program_text.h"

#include <linux/bpf_common.h>

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <vector>

#include "libprofile/error.h"
#include "libprofile/filter/disassemble.h"
#include "libprofile/text.h"

namespace scrim::filter {

namespace {

constexpr std::size_t size = sizeof(sock_filter);
constexpr std::string_view base64_digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view hex_digits = "0123456789abcdef";

bool is_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

void append(std::string& out, std::uint32_t value, unsigned bytes, ByteOrder order) {
  for (unsigned i = 0; i < bytes; ++i)
    out += static_cast<char>(value >> 8 * (order == ByteOrder::little ? i : bytes - 1 - i) & 0xff);
}

std::uint32_t number_at(std::string_view bytes, std::size_t at, unsigned count, ByteOrder order) {
  std::uint32_t value = 0;
  for (unsigned i = 0; i < count; ++i) {
    const std::size_t from = order == ByteOrder::little ? at + count - 1 - i : at + i;
    value = value << 8 | static_cast<unsigned char>(bytes[from]);
  }
  return value;
}

// Both bytes of a code are 0 for BPF_LD|BPF_IMM alone, which says nothing.
ByteOrder order_of(std::string_view bytes, const std::string& name) {
  bool little = true;
  bool big = true;
  for (std::size_t at = 0; at < bytes.size(); at += size) {
    little = little && bytes[at + 1] == 0;
    big = big && bytes[at] == 0;
  }
  if (!little && !big)
    throw Error(concat(name, ": not a program for seccomp(2): an instruction's code is above 255"));
  return little ? ByteOrder::little : ByteOrder::big;
}

Program from_bytes(std::string_view bytes, const std::string& name) {
  if (bytes.size() % size != 0)
    throw Error(concat(name, ": ", bytes.size(), " bytes are not a whole number of instructions (", size,
                       " bytes each, struct sock_filter): it is cut short, or no program"));
  const ByteOrder order = order_of(bytes, name);
  Program program;
  program.reserve(bytes.size() / size);
  for (std::size_t at = 0; at < bytes.size(); at += size)
    program.push_back({static_cast<std::uint16_t>(number_at(bytes, at, 2, order)),
                       static_cast<std::uint8_t>(bytes[at + 2]), static_cast<std::uint8_t>(bytes[at + 3]),
                       number_at(bytes, at + 4, 4, order)});
  return program;
}

// Without white space, and "0x" and "," that people put between bytes.
std::optional<std::string> from_hex(std::string_view text) {
  std::string bytes;
  std::optional<unsigned> high;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (is_space(c) || c == ',') continue;
    if (c == '0' && !high && at + 1 < text.size() && (text[at + 1] == 'x' || text[at + 1] == 'X')) {
      ++at;
      continue;
    }
    const std::size_t digit = hex_digits.find(c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c);
    if (digit == std::string_view::npos) return std::nullopt;
    if (high) bytes += static_cast<char>(*high << 4 | digit);
    high = high ? std::optional<unsigned>() : static_cast<unsigned>(digit);
  }
  if (high) return std::nullopt;
  return bytes;
}

std::optional<std::string> from_base64(std::string_view text) {
  std::string bytes;
  std::uint32_t held = 0;
  unsigned bits = 0;
  bool ended = false;
  for (const char c : text) {
    if (is_space(c)) continue;
    ended = ended || c == '=';
    if (c == '=') continue;
    const std::size_t digit = base64_digits.find(c);
    if (digit == std::string_view::npos || ended) return std::nullopt;
    held = held << 6 | static_cast<std::uint32_t>(digit);
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes += static_cast<char>(held >> bits & 0xff);
  }
  return bytes;
}

std::string without_comments(std::string_view text) {
  std::string kept;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const std::string_view rest = text.substr(at);
    const bool line_begins = kept.empty() || kept.back() == '\n';
    if (rest.starts_with("/*")) {
      at = std::min(text.find("*/", at + 2), text.size() - 2) + 1;
    } else if (rest.starts_with("//") || (line_begins && rest.front() == '#')) {
      at = std::min(text.find('\n', at), text.size()) - 1;
    } else if (!line_begins || !is_space(rest.front())) {
      kept += rest.front();
    }
  }
  return kept;
}

// "0x15" or "21".
std::optional<std::uint32_t> c_number(std::string_view word) {
  while (!word.empty() && is_space(word.front())) word.remove_prefix(1);
  while (!word.empty() && (is_space(word.back()) || word.back() == 'u' || word.back() == 'U'))
    word.remove_suffix(1);
  const bool hex = word.starts_with("0x") || word.starts_with("0X");
  if (hex) word.remove_prefix(2);
  std::uint32_t value = 0;
  const auto end = std::from_chars(word.data(), word.data() + word.size(), value, hex ? 16 : 10);
  if (word.empty() || end.ec != std::errc() || end.ptr != word.data() + word.size()) return std::nullopt;
  return value;
}

Program from_c(std::string_view text, const std::string& name) {
  const std::string code = without_comments(text);
  Program program;
  // A row is a pair of braces without another inside.
  std::size_t open = std::string::npos;
  for (std::size_t at = 0; at < code.size(); ++at) {
    if (code[at] == '{') open = at;
    if (code[at] != '}' || open == std::string::npos) continue;
    const std::string row = code.substr(open + 1, at - open - 1);
    open = std::string::npos;
    std::array<std::uint32_t, 4> fields{};
    const std::vector<std::string_view> words = split(row, ',');
    bool good = words.size() == fields.size();
    for (std::size_t i = 0; good && i < fields.size(); ++i) {
      const std::optional<std::uint32_t> value = c_number(words[i]);
      good = value.has_value();
      fields.at(i) = value.value_or(0);
    }
    if (!good || fields[0] > 0xffff || fields[1] > 0xff || fields[2] > 0xff)
      throw Error(concat(name, ": row ", program.size(), ", {", row,
                         "}: an instruction is four numbers, {code, jt, jf, k}"));
    program.push_back({static_cast<std::uint16_t>(fields[0]), static_cast<std::uint8_t>(fields[1]),
                       static_cast<std::uint8_t>(fields[2]), fields[3]});
  }
  return program;
}

bool is_text(std::string_view bytes) {
  return std::ranges::all_of(
      bytes, [](char c) { return is_space(c) || (static_cast<unsigned char>(c) >= ' ' && c != '\x7f'); });
}

Program from_any(std::string_view bytes, const std::string& name) {
  // No program is without bytes that no text has.
  if (!is_text(bytes)) return from_bytes(bytes, name);
  if (bytes.find('{') != std::string_view::npos && bytes.find('}') != std::string_view::npos)
    return from_c(bytes, name);
  if (const auto hex = from_hex(bytes)) return from_bytes(*hex, name);
  if (const auto base64 = from_base64(bytes)) return from_bytes(*base64, name);
  throw Error(
      concat(name,
             ": no program: neither an array of struct sock_filter nor one in hexadecimal, in base64 or "
             "as C rows {code, jt, jf, k}"));
}

}  // namespace

ByteOrder native_byte_order() {
  return std::endian::native == std::endian::little ? ByteOrder::little : ByteOrder::big;
}

std::string to_bytes(const Program& program, ByteOrder order) {
  std::string bytes;
  bytes.reserve(program.size() * size);
  for (const sock_filter& each : program) {
    append(bytes, each.code, 2, order);
    append(bytes, each.jt, 1, order);
    append(bytes, each.jf, 1, order);
    append(bytes, each.k, 4, order);
  }
  return bytes;
}

std::string to_base64(const Program& program, ByteOrder order) {
  const std::string bytes = to_bytes(program, order);
  std::string text;
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    std::uint32_t three = 0;
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - at);
    for (std::size_t i = 0; i < 3; ++i)
      three = three << 8 | (i < count ? static_cast<unsigned char>(bytes[at + i]) : 0U);
    for (std::size_t i = 0; i < 4; ++i) text += i <= count ? base64_digits[three >> (18 - 6 * i) & 63] : '=';
  }
  return text;
}

std::string to_hex(const Program& program, ByteOrder order) {
  std::string text;
  const std::string bytes = to_bytes(program, order);
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    const auto byte = static_cast<unsigned char>(bytes[at]);
    text += hex_digits[byte >> 4];
    text += hex_digits[byte & 15];
    if (at % size == size - 1) text += '\n';
  }
  return text;
}

std::string to_c(const Program& program) {
  std::string text;
  const std::string all = disassemble(program);
  const std::vector<std::string_view> lines = split(all, '\n');
  for (std::size_t i = 0; i < program.size(); ++i) {
    std::array<char, 48> row{};
    std::snprintf(row.data(), row.size(), "{0x%02x, %3u, %3u, 0x%08x}, ",
                  static_cast<unsigned>(program[i].code), static_cast<unsigned>(program[i].jt),
                  static_cast<unsigned>(program[i].jf), program[i].k);
    text += concat(row.data(), "/* ", lines[i], " */\n");
  }
  return text;
}

Program read_program(std::string_view bytes, const std::string& name) {
  Program program = from_any(bytes, name);
  if (program.empty()) throw Error(concat(name, ": no instructions"));
  if (program.size() > BPF_MAXINSNS)
    throw Error(concat(name, ": ", program.size(), " instructions: the kernel takes at most ", BPF_MAXINSNS));
  return program;
}

}  // namespace scrim::filter
