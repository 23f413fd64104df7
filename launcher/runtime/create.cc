// SPDX-License-Identifier: Apache-2.0
#include "launcher/runtime/create.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <utility>

#include "launcher/init/hooks.h"
#include "launcher/init/init.h"
#include "launcher/os/processor.h"
#include "launcher/os/socket.h"
#include "launcher/runtime/initial_state.h"
#include "launcher/runtime/listener.h"
#include "launcher/runtime/mount_sources.h"
#include "launcher/runtime/net_devices.h"
#include "launcher/runtime/new_process.h"
#include "launcher/runtime/passed_descriptors.h"
#include "launcher/runtime/remove.h"
#include "launcher/runtime/spawn.h"
#include "libprofile/error.h"
#include "libprofile/text.h"

namespace scrim::runtime {

namespace {

// The first process' side of the plan, from values that live as long as the creation.
init::Plan make_plan(const PreparedBundle& bundle, const CreateOptions& options,
                     const init::NamespacePlan& namespaces, const ContainerState& state,
                     unsigned preserve_fds) {
  init::Plan plan;
  plan.spec = &bundle.spec;
  plan.id = options.id;
  plan.namespaces = &namespaces;
  plan.no_pivot = options.no_pivot;
  plan.no_new_keyring = options.no_new_keyring;
  plan.set_groups =
      !namespaces.creates(bundle::NamespaceType::user) || mapping_allows_setgroups(bundle.spec.gid_mappings);
  plan.preserve_fds = preserve_fds;
  plan.state = [state](const std::string& status, pid_t pid) {
    ContainerState now_known = state;
    now_known.pid = pid;
    return document::json::to_text(oci_state(now_known, status));
  };
  return plan;
}

void check(const bundle::Spec& spec, const CreateOptions& options) {
  if (spec.find(bundle::NamespaceType::mount) == nullptr)
    throw Error("linux.namespaces has no mount namespace: the container's mounts would be the host's");
  const bool terminal = spec.process && spec.process->terminal;
  const bool console = !options.console_socket.empty() || options.console != nullptr;
  if (terminal && !console)
    throw Error(
        "process.terminal is true: a console socket is needed to hand the terminal over (--console-socket)");
  if (!terminal && !options.console_socket.empty())
    throw Error("--console-socket is given, but process.terminal is false");
}

void refuse_if_used(const cgroup::Cgroup& cgroup, const std::string& cgroups_path) {
  const std::vector<pid_t> pids = cgroup::processes(cgroup);
  if (!pids.empty())
    throw Error(concat("linux.cgroupsPath \"", cgroups_path, "\" has ", pids.size(),
                       " process(es) already, process ", pids.front(),
                       " among them: it must be the container's own"));
}

// The new process needs those of v1 only when it comes to mount them, and they are many; into the one of v2
// it is born. What systemd makes, or this user may be refused, is known only when it is there.
bool can_be_made_meanwhile(const cgroup::Cgroup& cgroup) {
  return geteuid() == 0 && cgroup.unit.empty() &&
         std::ranges::none_of(cgroup.memberships, [](const cgroup::Membership& membership) {
           return membership.hierarchy.unified();
         });
}

}  // namespace

Created create(PreparedBundle& bundle, const Store& store, CreateOptions options, const Warn& warn) {
  check(bundle.spec, options);
  const PassedDescriptors passed = passed_descriptors(options.preserve_fds);
  if (bundle.spec.process)
    bundle.spec.process->env.insert(bundle.spec.process->env.end(), passed.env.begin(), passed.env.end());
  Created created(warn);
  const init::NamespacePlan namespaces = init::plan_namespaces(bundle.spec);
  os::Fd console = options.console_socket.empty() ? os::Fd() : os::connect_to(options.console_socket);

  created.container_.emplace(store.create(options.id));
  if (is_notify_wanted()) {
    prepare_notify(*created.container_, bundle.spec);
    if (!options.wait_for_start) created.notify_ = Notify::listen(*created.container_);
  }
  created.state_ = initial_state(bundle, options.id);
  ContainerState planned = created.state_;
  planned.cgroup = cgroup::place(bundle.spec, options.id, options.cgroup_manager);
  const bool meanwhile = can_be_made_meanwhile(planned.cgroup);
  // Until the end of this function, when the container's process is in it.
  std::optional<cgroup::SystemdScope> scope;
  if (!meanwhile) created.make_cgroups(planned, bundle.spec, scope);

  created.handover_.emplace(init::Handover::make());
  auto [ours, theirs] = os::socket_pair();
  os::Fd start_socket;
  if (options.wait_for_start)
    start_socket = os::listen_in(created.container_->directory(), init::start_socket_name);

  init::Plan plan = make_plan(bundle, options, namespaces, created.state_, passed.count);
  plan.cgroup = meanwhile ? &planned.cgroup : &created.state_.cgroup;
  const std::vector<os::Fd> mount_sources = open_mount_sources(bundle.spec, namespaces);
  plan.mount_sources = &mount_sources;
  plan.start_socket = start_socket ? &start_socket : nullptr;
  plan.console_socket = console ? &console : options.console;
  cgroup::Entrance entrance = cgroup::open_entrance(created.state_.cgroup);
  Spawned spawned = spawn(namespaces, entrance.unified, [&, &ours = ours, &theirs = theirs] {
    ours.reset();
    created.container_->close_copies();
    init::run(plan, *created.handover_, std::move(theirs));
  });
  created.process_.emplace(std::move(spawned.process));
  theirs.reset();
  created.dialogue_.emplace(std::move(ours));

  const pid_t pid = created.process_->pid();
  created.state_.pid = pid;
  if (namespaces.creates(bundle::NamespaceType::user))
    map_ids(pid, bundle.spec.uid_mappings, bundle.spec.gid_mappings);
  if (entrance.unified && !spawned.in_cgroup) cgroup::join(created.state_.cgroup, pid);
  if (bundle.spec.process && bundle.spec.process->oom_score_adj)
    set_oom_score(pid, *bundle.spec.process->oom_score_adj);
  created.dialogue_->tell(init::Step::mapped, pid);
  os::run_beside(created.handover_->begun());
  if (meanwhile) {
    created.make_cgroups(planned, bundle.spec, scope);
    entrance = cgroup::open_entrance(created.state_.cgroup);
  }
  created.dialogue_->send_entrance(entrance);
  created.negotiate(bundle, options, namespaces);
  return created;
}

void Created::make_cgroups(const ContainerState& planned, const bundle::Spec& spec,
                           std::optional<cgroup::SystemdScope>& scope) {
  // Before there is anything to be left behind, it is written down where: kill -9 may come at any time. But
  // never the cgroups of somebody else: whatever is found in them will be killed.
  refuse_if_used(planned.cgroup, spec.cgroups_path);
  container_->save(planned);
  if (!planned.cgroup.unit.empty()) scope.emplace(planned.cgroup, spec);
  state_.cgroup = cgroup::create(scope ? scope->cgroup() : planned.cgroup, geteuid() == 0);
  document::Warnings warnings;
  cgroup::apply_resources(state_.cgroup, spec, warnings);
  for (const document::Warning& warning : warnings) warn_(warning.text);
}

void Created::hand_over_filter(const PreparedBundle& bundle) {
  PreparedProfile profile = prepare_profile(bundle, warn_);
  note_profile(state_, profile);
  if (!profile.compilation) return handover_->put_unconfined();
  const filter::Program program = finished_program(profile);
  handover_->put_filter(program, profile.flags);
  container_->save_filter(program);
}

void Created::move_net_devices(const bundle::Spec& spec, const init::NamespacePlan& namespaces) {
  if (spec.net_devices.empty()) return;
  const init::JoinedNamespace* joined = namespaces.joins(bundle::NamespaceType::network);
  const std::string path =
      joined == nullptr ? concat("/proc/", state_.pid, "/ns/net") : os::proc_path(joined->fd);
  net_devices_.emplace(spec.net_devices, os::open(path, O_RDONLY));
}

void Created::run_hooks_of_creation(const bundle::Hooks& hooks) {
  hooks_begun_ = true;
  const std::string state = document::json::to_text(oci_state(state_, name_of(Status::creating)));
  init::run_hooks(hooks.prestart, "prestart", state, &interruption_);
  init::run_hooks(hooks.create_runtime, "createRuntime", state, &interruption_);
}

void Created::negotiate(PreparedBundle& bundle, CreateOptions& options,
                        const init::NamespacePlan& namespaces) {
  // While the new process mounts: it needs its filter last.
  hand_over_filter(bundle);
  hooks_begun_ = true;
  state_.start_time = process_start_time(state_.pid).value_or(0);
  remember_for_later(state_, bundle, !options.no_new_keyring);
  os::Replacement created_state = container_->write_beside(state_);
  while (dialogue_->next(*handover_, &interruption_) == init::Step::environment) {
    move_net_devices(bundle.spec, namespaces);
    run_hooks_of_creation(bundle.spec.hooks);
    dialogue_->tell(init::Step::proceed, state_.pid);
  }
  if (bundle.spec.process) set_limits(state_.pid, bundle.spec.process->rlimits);
  interruption_.check();  // from here on it is somebody else's to delete
  created_state.put_in_place();
  write_pid_file(options.pid_file, state_.pid);
  send_pidfd(options.pidfd_socket, process_->pidfd(), "standard");
  dialogue_->tell(init::Step::proceed, state_.pid);
  // The new process closed its copy long ago: were this the first of the two, it would wait instead of us.
  options.to_be_closed.reset();
}

void Created::wait_for_exec() {
  deliver_listener(*handover_, process_->pidfd(), {state_.pid, Status::created}, state_,
                   connect_to_agent(state_));
  dialogue_->wait_for_exec(*handover_, &interruption_);
  if (net_devices_) net_devices_->keep();
}

void Created::release() {
  released_ = true;
  if (net_devices_) net_devices_->keep();
  dialogue_.reset();
}

void Created::finish(bool keep) {
  release();
  // Somebody else may have deleted it while it ran.
  if (!keep && container_->lock_again()) remove_stopped(std::move(*container_), state_, warn_);
}

Created::~Created() {
  if (released_ || !container_) {
    if (process_) process_->release();
    return;
  }
  // Errors here would hide the one that is being reported; what could not be taken back is what `delete
  // --force` finds.
  try {
    // While the container's network namespace is there.
    net_devices_.reset();
    if (!hooks_begun_) state_.hooks = {};
    process_.reset();
    // It may be for want of descriptors that we are here, and taking back needs some.
    dialogue_.reset();
    handover_.reset();
    // Hooks have run perhaps: the poststop ones are owed (runtime-spec runtime.md, "Lifecycle", steps 3 to
    // 6).
    if (container_->lock_again()) remove_stopped(std::move(*container_), state_, warn_);
  } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch)
  }
}

}  // namespace scrim::runtime
