// SPDX-License-Identifier: Apache-2.0
#include "libprofile/node/kernel_facts.h"

#include <sys/utsname.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "libprofile/inspect/proc_files.h"
#include "libprofile/resolve/target.h"
#include "libprofile/text.h"

namespace scrim::node {

namespace {

std::optional<std::string> line_of(const std::string& path) {
  std::optional<std::string> text = inspect::read_proc(path);
  while (text && text->ends_with('\n')) text->pop_back();
  return text;
}

template <typename Number>
std::optional<Number> number_of(const std::string& path) {
  const std::optional<std::string> text = line_of(path);
  Number number = 0;
  if (!text || std::from_chars(text->data(), text->data() + text->size(), number).ec != std::errc())
    return std::nullopt;
  return number;
}

std::vector<std::string> words_of(const std::string& path, char separator) {
  const std::string line = line_of(path).value_or("");
  std::vector<std::string> words;
  for (const std::string_view word : split(line, separator))
    if (!word.empty()) words.emplace_back(word);
  return words;
}

std::optional<bool> has_bitmap(std::string_view release, document::Architecture architecture) {
  using document::Architecture;
  constexpr resolve::KernelVersion since{5, 11};
  // Those of libseccomp's whose asm/seccomp.h defines SECCOMP_ARCH_NATIVE (Linux 5.11 to 6.18).
  constexpr std::array natives{Architecture::x86_64, Architecture::x86,     Architecture::aarch64,
                               Architecture::arm,    Architecture::riscv64, Architecture::s390x,
                               Architecture::s390,   Architecture::ppc64le, Architecture::ppc64,
                               Architecture::ppc};
  const std::optional<resolve::KernelVersion> version = resolve::parse_kernel_version(release);
  if (!version) return std::nullopt;
  if (*version < since) return false;
  if (std::ranges::find(natives, architecture) == natives.end()) return std::nullopt;
  return true;
}

}  // namespace

KernelFacts kernel_facts(const std::string& root) {
  KernelFacts facts;
  const std::string sysctl = concat(root, "/proc/sys/");
  utsname name{};
  if (uname(&name) == 0) facts.release = name.release;
  if (const auto given = line_of(concat(sysctl, "kernel/osrelease"))) facts.release = *given;
  facts.actions = words_of(concat(sysctl, "kernel/seccomp/actions_avail"), ' ');
  facts.logged_actions = words_of(concat(sysctl, "kernel/seccomp/actions_logged"), ' ');
  facts.bitmap = has_bitmap(facts.release, resolve::native_architecture());
  facts.jit = number_of<int>(concat(sysctl, "net/core/bpf_jit_enable"));
  facts.jit_harden = number_of<int>(concat(sysctl, "net/core/bpf_jit_harden"));
  facts.user_namespaces = number_of<long>(concat(sysctl, "user/max_user_namespaces"));
  if (const auto allowed = number_of<int>(concat(sysctl, "kernel/unprivileged_userns_clone")))
    facts.unprivileged_user_namespaces = *allowed != 0;
  facts.security_modules = words_of(concat(root, "/sys/kernel/security/lsm"), ',');
  return facts;
}

}  // namespace scrim::node
