// SPDX-License-Identifier: Apache-2.0
#include "libprofile/policy/syscall_names.h"

#include <seccomp.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <memory>

#include "libprofile/policy/abi.h"
#include "libprofile/text.h"

namespace scrim::policy {

namespace {

// Linux v5.17 to v6.19, scripts/syscall.tbl and arch/*/kernel/syscalls/*.tbl; sorted.
constexpr std::array newer{
    std::string_view{"cachestat"},        std::string_view{"fchmodat2"},
    std::string_view{"file_getattr"},     std::string_view{"file_setattr"},
    std::string_view{"futex_requeue"},    std::string_view{"futex_wait"},
    std::string_view{"futex_wake"},       std::string_view{"getxattrat"},
    std::string_view{"listmount"},        std::string_view{"listns"},
    std::string_view{"listxattrat"},      std::string_view{"lsm_get_self_attr"},
    std::string_view{"lsm_list_modules"}, std::string_view{"lsm_set_self_attr"},
    std::string_view{"map_shadow_stack"}, std::string_view{"mseal"},
    std::string_view{"open_tree_attr"},   std::string_view{"removexattrat"},
    std::string_view{"riscv_hwprobe"},    std::string_view{"set_mempolicy_home_node"},
    std::string_view{"setxattrat"},       std::string_view{"statmount"},
    std::string_view{"uprobe"},           std::string_view{"uretprobe"},
};
static_assert(std::ranges::is_sorted(newer));

// The highest number that any common architecture uses is below it (asm-generic and x86 end near 550).
constexpr int numbers = 600;

struct Free {
  void operator()(char* text) const { std::free(text); }
};

}  // namespace

bool newer_than_libseccomp(std::string_view name) {
  return std::ranges::binary_search(newer, name);
}

SyscallNames::SyscallNames() {
  using document::Architecture;
  names_.assign(newer.begin(), newer.end());
  for (const Architecture architecture : {native_architecture(), Architecture::x86_64, Architecture::x86,
                                          Architecture::aarch64, Architecture::arm}) {
    const std::uint32_t token = libseccomp_token(architecture);
    for (int number = 0; number < numbers; ++number) {
      const std::unique_ptr<char, Free> name(seccomp_syscall_resolve_num_arch(token, number));
      if (name) names_.emplace_back(name.get());
    }
  }
  std::ranges::sort(names_);
  names_.erase(std::unique(names_.begin(), names_.end()), names_.end());
  views_.assign(names_.begin(), names_.end());
}

std::string_view SyscallNames::nearest(std::string_view word) const {
  return nearest_name(word, views_);
}

}  // namespace scrim::policy
