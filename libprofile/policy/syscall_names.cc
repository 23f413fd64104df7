// SPDX-License-Identifier: Apache-2.0
#include "libprofile/policy/syscall_names.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <vector>

#include "libprofile/policy/syscall.h"
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

}  // namespace

bool newer_than_libseccomp(std::string_view name) {
  return std::ranges::binary_search(newer, name);
}

std::string_view nearest_syscall(std::string_view word) {
  std::vector<std::string_view> names(newer.begin(), newer.end());
  for (std::size_t i = 0; i < Syscall::count(); ++i) names.push_back(Syscall::at(i).name());
  return nearest_name(word, names);
}

}  // namespace scrim::policy
