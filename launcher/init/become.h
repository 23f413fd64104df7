// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <utility>

#include "launcher/bundle/spec.h"
#include "launcher/init/enforce.h"
#include "launcher/init/handover.h"
#include "launcher/init/security_label.h"
#include "launcher/os/fd.h"

namespace scrim::init {

// How a process inside its container becomes its program: the steps that the first process of a container and
// those that `exec` adds have in common, in this order.
class Becoming {
 public:
  struct Settings {
    std::optional<std::uint64_t> personality;
    bool set_groups = true;  // false where setgroups(2) is denied (rootless with a single id)
    std::optional<bundle::MemoryPolicy> memory_policy{};
  };
  // Both outlive it.
  Becoming(const bundle::Process& process, SecurityLabel& label, Settings settings)
      : process_(process), label_(label), settings_(std::move(settings)) {}

  // Terminal (if there is one), personality, memory policy, no_new_privs, umask, signals.
  void prepare(os::Fd console) const;

  // Finds it while this process may still look everywhere. Throws ExecutableError.
  void find_program();

  // The rest, under the handover's filter in the end; see enforce_and_exec().
  [[noreturn]] void become(Handover& handover) const;

 private:
  void drop_privileges(resolve::CapabilitySet until_exec) const;

  const bundle::Process& process_;
  SecurityLabel& label_;
  Settings settings_;
  Executable executable_;
};

}  // namespace scrim::init
