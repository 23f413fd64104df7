// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "launcher/cgroup/systemd.h"
#include "launcher/init/handover.h"
#include "launcher/init/namespaces.h"
#include "launcher/os/child.h"
#include "launcher/os/interruption.h"
#include "launcher/runtime/dialogue.h"
#include "launcher/runtime/net_devices.h"
#include "launcher/runtime/notify.h"
#include "launcher/runtime/prepare.h"
#include "launcher/runtime/store.h"

namespace scrim::runtime {

struct CreateOptions {
  std::string id;
  std::string pid_file;             // empty: none
  std::string console_socket;       // path of somebody's listening socket; empty: none
  std::string pidfd_socket;         // the same, for the process' pidfd
  const os::Fd* console = nullptr;  // or a connected one of our own (`run` in the foreground)
  bool no_pivot = false;
  bool no_new_keyring = false;
  unsigned preserve_fds = 0;
  cgroup::Manager cgroup_manager = cgroup::Manager::cgroupfs;
  os::Fd to_be_closed;         // when there is nothing else to do; its end takes the kernel long
  bool wait_for_start = true;  // `create`; `run` starts at once
};

struct RestoreOptions;
class CriuProcess;
class CriuActions;

// A container whose process is set up. Until release(), going away takes everything back: process, cgroup,
// state; and runs the poststop hooks if there was a process (runtime-spec runtime.md, "Lifecycle", steps 12
// and 13).
class Created {
 public:
  Created(Created&&) noexcept = default;
  Created& operator=(Created&&) = delete;
  ~Created();

  [[nodiscard]] const ContainerState& state() const { return state_; }
  [[nodiscard]] os::Child& process() { return *process_; }

  // Who waits for the container to be ready; without wait_for_start only.
  [[nodiscard]] const std::optional<Notify>& notify() const { return notify_; }

  // Without wait_for_start: waits until the program runs, and takes a listener to where it belongs. Throws
  // the failure that the new process reported.
  void wait_for_exec();

  // It stays, and nobody waits for its process any more.
  void release();
  // It runs: other commands may have it from now on (`delete --force` while `run` waits in the foreground).
  void unlock() { container_->unlock(); }
  // Its process was waited for: deletes it, unless it is to be kept as stopped or somebody else did.
  void finish(bool keep);

 private:
  friend Created create(PreparedBundle& bundle, const Store& store, CreateOptions options, const Warn& warn);
  friend Created restore(PreparedBundle& bundle, const Store& store, RestoreOptions options,
                         const Warn& warn);
  explicit Created(const Warn& warn) : warn_(warn) {}
  // Those that `planned` names, with their limits, into state_. systemd keeps its own for us as long as
  // `scope` lives.
  void make_cgroups(const ContainerState& planned, const bundle::Spec& spec,
                    std::optional<cgroup::SystemdScope>& scope);
  void hand_over_filter(const PreparedBundle& bundle);
  void move_net_devices(const bundle::Spec& spec, const init::NamespacePlan& namespaces);
  // prestart and createRuntime.
  void run_hooks_of_creation(const bundle::Hooks& hooks);
  // The process of state_ is there, and does not run yet (restore()).
  void take_restored();
  // Does what is to be done at each stage of restoring, until criu ends; `scope` ends when criu is in it.
  // True if `check` was called, which throws if the processes, that are there and do not run yet, must not.
  bool answer_criu(const CriuProcess& criu, const CriuActions& actions, const bundle::Hooks& hooks,
                   std::optional<cgroup::SystemdScope>& scope, const std::function<void(pid_t first)>& check);
  void negotiate(PreparedBundle& bundle, CreateOptions& options, const init::NamespacePlan& namespaces);

  // First: a signal while all is taken back must not end this process.
  os::Interruption interruption_;
  std::optional<Container> container_;
  std::optional<os::Child> process_;
  std::optional<init::Handover> handover_;
  std::optional<Dialogue> dialogue_;
  std::optional<MovedNetDevices> net_devices_;
  std::optional<Notify> notify_;
  ContainerState state_;
  Warn warn_;
  bool hooks_begun_ = false;
  bool released_ = false;
};

// Everything up to the state "created" (runtime-spec runtime.md, "Lifecycle", steps 1 to 6).
[[nodiscard]] Created create(PreparedBundle& bundle, const Store& store, CreateOptions options,
                             const Warn& warn);

}  // namespace scrim::runtime
