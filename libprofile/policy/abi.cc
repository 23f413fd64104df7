// SPDX-License-Identifier: Apache-2.0
#include "libprofile/policy/abi.h"

#include <seccomp.h>

#include <algorithm>
#include <array>

#include "libprofile/error.h"
#include "libprofile/text.h"

namespace scrim::policy {

using document::Architecture;

namespace {

struct Token {
  Architecture architecture;
  const char* name;  // as seccomp_arch_resolve_name(3) takes it
};

// By name, not by macro: the newest architectures have no macro in older headers.
constexpr std::array tokens{
    Token{Architecture::x86, "x86"},
    Token{Architecture::x86_64, "x86_64"},
    Token{Architecture::x32, "x32"},
    Token{Architecture::arm, "arm"},
    Token{Architecture::aarch64, "aarch64"},
    Token{Architecture::mips, "mips"},
    Token{Architecture::mips64, "mips64"},
    Token{Architecture::mips64n32, "mips64n32"},
    Token{Architecture::mipsel, "mipsel"},
    Token{Architecture::mipsel64, "mipsel64"},
    Token{Architecture::mipsel64n32, "mipsel64n32"},
    Token{Architecture::ppc, "ppc"},
    Token{Architecture::ppc64, "ppc64"},
    Token{Architecture::ppc64le, "ppc64le"},
    Token{Architecture::s390, "s390"},
    Token{Architecture::s390x, "s390x"},
    Token{Architecture::parisc, "parisc"},
    Token{Architecture::parisc64, "parisc64"},
    Token{Architecture::riscv64, "riscv64"},
    Token{Architecture::loongarch64, "loongarch64"},
    Token{Architecture::m68k, "m68k"},
    Token{Architecture::sh, "sh"},
    Token{Architecture::sheb, "sheb"},
};

}  // namespace

std::uint32_t libseccomp_token(Architecture architecture) {
  const auto* const token = std::ranges::find(tokens, architecture, &Token::architecture);
  return token == tokens.end() ? 0 : seccomp_arch_resolve_name(token->name);
}

std::uint32_t audit_arch(Architecture architecture) {
  return libseccomp_token(architecture == Architecture::x32 ? Architecture::x86_64 : architecture);
}

Architecture native_architecture() {
  const std::uint32_t native = seccomp_arch_native();
  for (const Token& token : tokens)
    if (seccomp_arch_resolve_name(token.name) == native) return token.architecture;
  throw Error(concat("libseccomp calls this machine's architecture ", native,
                     ", which runtime-spec has no name for"));
}

std::optional<Architecture> architecture_of(std::uint32_t arch, std::uint32_t number) {
  for (const Token& token : tokens) {
    const bool x32 = token.architecture == Architecture::x32;
    if (libseccomp_token(token.architecture) == 0 || audit_arch(token.architecture) != arch) continue;
    if (arch == audit_arch(Architecture::x86_64) && x32 != (number >= x32_bit)) continue;
    return token.architecture;
  }
  return std::nullopt;
}

std::string libseccomp_version() {
  const scmp_version* const version = seccomp_version();
  return concat(version->major, ".", version->minor, ".", version->micro);
}

}  // namespace scrim::policy
