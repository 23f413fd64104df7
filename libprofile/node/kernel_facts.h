// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

// What the running kernel offers to seccomp, and what stands beside it.
namespace scrim::node {

struct KernelFacts {
  std::string release;
  std::vector<std::string> actions;         // /proc/sys/kernel/seccomp/actions_avail
  std::vector<std::string> logged_actions;  // … actions_logged
  // Calls that are allowed whatever their arguments are answered without running a program (Linux 5.11, where
  // the architecture says which calls it has: asm/seccomp.h, SECCOMP_ARCH_NATIVE).
  std::optional<bool> bitmap;
  std::optional<int> jit;         // net.core.bpf_jit_enable: 0 programs are interpreted
  std::optional<int> jit_harden;  // net.core.bpf_jit_harden
  // user.max_user_namespaces, and Debian's kernel.unprivileged_userns_clone: a default profile that allows
  // them to everybody leaves this to the kernel.
  std::optional<long> user_namespaces;
  std::optional<bool> unprivileged_user_namespaces;
  std::vector<std::string> security_modules;  // /sys/kernel/security/lsm
};

// `root` is in front of /proc/sys and /sys: "" but for tests.
[[nodiscard]] KernelFacts kernel_facts(const std::string& root);

}  // namespace scrim::node
