// SPDX-License-Identifier: Apache-2.0
#include "launcher/runtime/restore.h"

#include <fcntl.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <utility>
#include <vector>

#include "launcher/criu/descriptors.h"
#include "launcher/criu/directories.h"
#include "launcher/criu/external.h"
#include "launcher/criu/mounted.h"
#include "launcher/init/keyring.h"
#include "launcher/os/mount.h"
#include "launcher/os/pidfd.h"
#include "launcher/runtime/criu_process.h"
#include "launcher/runtime/enforced.h"
#include "launcher/runtime/initial_state.h"
#include "launcher/runtime/new_process.h"
#include "launcher/runtime/privileges.h"
#include "libprofile/error.h"
#include "libprofile/text.h"

namespace scrim::runtime {

using bundle::NamespaceType;

namespace {

constexpr const char* log_name = "restore.log";
constexpr const char* root_name = "root";
constexpr const char* script_name = "script";

void refuse_what_cannot_be_restored(const PreparedBundle& bundle, const PreparedProfile& profile,
                                    const RestoreOptions& options, const std::string& doing) {
  const bundle::Spec& spec = bundle.spec;
  if (spec.find(NamespaceType::mount) == nullptr)
    throw Error(concat(doing, ": linux.namespaces has no mount namespace"));
  if (spec.process && spec.process->terminal)
    throw Error(
        concat(doing, ": process.terminal is true, but criu's command line cannot hand a terminal over"));
  if (!options.create.console_socket.empty())
    throw Error("--console-socket is given, but process.terminal is false");
  if (spec.find(NamespaceType::user) != nullptr)
    throw Error(concat(doing, ": a user namespace of its own is not built"));
  for (const NamespaceType type : {NamespaceType::mount, NamespaceType::cgroup})
    if (const bundle::Namespace* wanted = spec.find(type); wanted != nullptr && !wanted->path.empty())
      throw Error(concat(doing, ": linux.namespaces: criu cannot join the ", init::proc_name(type),
                         " namespace ", wanted->path));
  if ((profile.flags & SECCOMP_FILTER_FLAG_NEW_LISTENER) != 0)
    throw Error(concat(doing, ": its profile has SCMP_ACT_NOTIFY, and there would be no listener"));
  if (!spec.net_devices.empty()) throw Error(concat(doing, ": linux.netDevices is not built"));
}

// What is fixed before criu starts.
struct RestorePlan {
  const PreparedBundle& bundle;
  const RestoreOptions& options;
  const init::NamespacePlan& namespaces;
  const criu::Directories& directories;
  std::vector<criu::ExternalMount> mounts;
  std::string place;  // the container's directory, where criu finds its root and its script
};

// Numbers in criu of descriptors that the container's processes get, beside CriuActions'.
class Inherited {
 public:
  void add(int descriptor, const std::string& key) {
    const int number = first_number + static_cast<int>(descriptors_.size());
    descriptors_.emplace_back(descriptor, number);
    arguments_.insert(arguments_.end(), {"--inherit-fd", concat("fd[", number, "]:", key)});
  }
  [[nodiscard]] const std::vector<std::pair<int, int>>& descriptors() const { return descriptors_; }
  [[nodiscard]] const std::vector<std::string>& arguments() const { return arguments_; }

 private:
  static constexpr int first_number = 30;
  std::vector<std::pair<int, int>> descriptors_;
  std::vector<std::string> arguments_;
};

void inherit_streams(Inherited& inherited, const criu::StandardStreams& streams) {
  for (std::size_t number = 0; number < streams.size(); ++number) {
    const std::string& key = streams.at(number);
    // Both output streams may be one.
    bool first = !key.empty();
    for (std::size_t before = 0; before < number; ++before) first = first && streams.at(before) != key;
    if (first) inherited.add(static_cast<int>(number), key);
  }
}

// Network and pid namespaces are inherited; the others criu joins by their paths.
std::vector<std::string> join_namespaces(const init::NamespacePlan& namespaces, Inherited& inherited) {
  std::vector<std::string> arguments;
  for (const init::JoinedNamespace& joined : namespaces.joined) {
    if (joined.type == NamespaceType::network || joined.type == NamespaceType::pid)
      inherited.add(joined.fd.get(), criu::namespace_key(joined.type));
    else
      arguments.insert(arguments.end(),
                       {"--join-ns", concat(init::proc_name(joined.type), ":", joined.path)});
  }
  return arguments;
}

// "/below/the/mount/point", as criu names cgroups.
std::string cgroup_root(const cgroup::Cgroup& cgroup) {
  const cgroup::Membership& membership = cgroup.memberships.front();
  return membership.path.substr(membership.hierarchy.mount_point.size());
}

// criu and its scripts, a session of their own, are in the container's cgroup too.
std::vector<pid_t> processes_but(pid_t session, const cgroup::Cgroup& cgroup) {
  std::vector<pid_t> pids = cgroup::processes(cgroup);
  std::erase_if(pids, [&](pid_t pid) { return getsid(pid) == session; });
  return pids;
}

// In criu's process. criu wants a root that is a mount point, whose parent is not covered: so the root file
// system is mounted once more, on a file system in memory that lies over the container's directory in a mount
// namespace of criu's own, which ends with it. There is its script, too.
void prepare_mounts(const std::string& place, const std::string& rootfs, bool readonly) {
  if (unshare(CLONE_NEWNS) != 0) throw_errno("give criu a mount namespace");
  // A slave: what is unmounted on the host is not kept by us, and bind mounts stay slaves of the host's.
  if (mount(nullptr, "/", nullptr, MS_SLAVE | MS_REC, nullptr) != 0)
    throw_errno("cut criu's mounts off from the host's");
  const os::Fd source = os::open(rootfs, O_PATH | O_DIRECTORY);
  if (mount("tmpfs", place.c_str(), "tmpfs", MS_NOSUID | MS_NODEV, "mode=700") != 0)
    throw_errno(concat("mount a tmpfs on ", place));
  const std::string root = concat(place, "/", root_name);
  if (mkdir(root.c_str(), 0700) != 0) throw_errno(concat("make directory ", root));
  if (mount(os::proc_path(source).c_str(), root.c_str(), nullptr, MS_BIND | MS_REC, nullptr) != 0)
    throw_errno(concat("mount ", rootfs, " on ", root));
  // criu clones it for the container, as it is.
  if (readonly)
    os::set_mount_attributes(os::open(root, O_PATH | O_DIRECTORY), {MOUNT_ATTR_RDONLY, 0}, false, root);
  const os::Fd script = os::open(concat(place, "/", script_name), O_WRONLY | O_CREAT | O_EXCL, 0700);
  os::write_all(script.get(), CriuActions::script(), "criu's script");
}

// The command line of criu, and the descriptors that it names.
std::vector<std::string> criu_arguments(const RestorePlan& plan, const criu::StandardStreams& streams,
                                        const cgroup::Cgroup& cgroup, Inherited& inherited) {
  std::vector<std::string> arguments;
  const auto add = [&](const std::vector<std::string>& more) {
    arguments.insert(arguments.end(), more.begin(), more.end());
  };
  const RestoreOptions& options = plan.options;
  // Restored as our child, not criu's, which ends.
  add({"restore", "--restore-detached", "--restore-sibling", "--evasive-devices"});
  add(plan.directories.arguments());
  add(criu::common_arguments(options.criu, plan.bundle.spec.annotations));
  add({"--root", concat(plan.place, "/", root_name), "--action-script",
       concat(plan.place, "/", script_name)});
  add({"--cgroup-root", cgroup_root(cgroup)});
  for (const criu::ExternalMount& mount : plan.mounts)
    add({"--external", concat("mnt[", mount.mount_point, "]:", mount.source)});
  inherit_streams(inherited, streams);
  add(join_namespaces(plan.namespaces, inherited));
  add(inherited.arguments());
  if (!options.lsm_profile.empty()) add({"--lsm-profile", options.lsm_profile});
  if (!options.lsm_mount_context.empty()) add({"--lsm-mount-context", options.lsm_mount_context});
  return arguments;
}

// All that scrim can see of what the processes may do, before they do anything.
void check_restored(const RestorePlan& plan, const std::vector<pid_t>& pids, pid_t first, bool has_filter) {
  const bundle::Spec& spec = plan.bundle.spec;
  check_confined(pids, spec, has_filter);
  if (spec.process) check_privileges(pids, first, *spec.process, plan.options.lsm_profile);
  criu::check_mounts(first, spec, plan.mounts);
}

}  // namespace

void Created::take_restored() {
  process_.emplace(state_.pid, os::pidfd_open(state_.pid));
  state_.start_time = process_start_time(state_.pid).value_or(0);
  // Before it runs: whatever becomes of us then, the state knows of it. Without our answer it never runs.
  container_->save(state_);
}

bool Created::answer_criu(const CriuProcess& criu, const CriuActions& actions, const bundle::Hooks& hooks,
                          std::optional<cgroup::SystemdScope>& scope,
                          const std::function<void(pid_t first)>& check) {
  bool checked = false;
  while (const auto action = actions.next(criu.process(), interruption_)) {
    // Before anything is said of those that are in it: its helper would be one of them.
    scope.reset();
    state_.pid = action->pid;
    if (action->stage == "setup-namespaces") {
      run_hooks_of_creation(hooks);
    } else if (action->stage == "post-restore") {
      take_restored();
    } else {
      check(action->pid);
      checked = true;
    }
    actions.proceed();
  }
  return checked;
}

Created restore(PreparedBundle& bundle, const Store& store, RestoreOptions options, const Warn& warn) {
  const std::string doing = concat("restore container ", options.create.id);
  PreparedProfile profile = prepare_profile(bundle, warn);
  refuse_what_cannot_be_restored(bundle, profile, options, doing);
  const init::NamespacePlan namespaces = init::plan_namespaces(bundle.spec);
  criu::Directories directories(options.criu, log_name, criu::Directories::Make::no);
  directories.keep();
  const criu::StandardStreams streams = criu::read_streams(directories.images(), directories.images_path());

  Created created(warn);
  created.container_.emplace(store.create(options.create.id));
  created.state_ = initial_state(bundle, options.create.id);
  note_profile(created.state_, profile);
  remember_for_later(created.state_, bundle, true);
  ContainerState planned = created.state_;
  planned.cgroup = cgroup::place(bundle.spec, options.create.id, options.create.cgroup_manager);
  if (!cgroup::is_v2(planned.cgroup))
    throw Error(concat(doing, ": needs a cgroup v2 host: what criu does to cgroup v1 is not tried"));
  std::optional<cgroup::SystemdScope> scope;
  created.make_cgroups(planned, bundle.spec, scope);
  std::optional<filter::Program> filter;
  if (profile.compilation) {
    filter = finished_program(profile);
    created.container_->save_filter(*filter);
  }
  const os::Fd root = os::open(bundle.spec.root_path, O_PATH | O_DIRECTORY);
  criu::make_mount_points(bundle.spec, root);

  const RestorePlan plan{
      bundle,
      options,
      namespaces,
      directories,
      criu::restored_mounts(bundle.spec, root, os::read_kernel_file("/proc/self/mountinfo")),
      os::path_of(created.container_->directory())};
  const cgroup::Entrance entrance = cgroup::open_entrance(created.state_.cgroup);
  CriuActions actions;
  Inherited inherited;
  CriuProcess::Setup setup;
  setup.program = options.criu.program;
  setup.arguments = criu_arguments(plan, streams, created.state_.cgroup, inherited);
  setup.descriptors = actions.descriptors();
  setup.descriptors.insert(setup.descriptors.end(), inherited.descriptors().begin(),
                           inherited.descriptors().end());
  setup.entrance = &entrance;
  setup.prepare = [&] {
    created.container_->close_copies();
    // The container's processes inherit criu's: the images have none.
    init::join_session_keyring(options.create.id, false);
    prepare_mounts(plan.place, bundle.spec.root_path, bundle.spec.root_readonly);
  };

  CriuProcess criu(setup);
  bool checked = false;
  try {
    checked = created.answer_criu(criu, actions, bundle.spec.hooks, scope, [&](pid_t first) {
      check_restored(plan, processes_but(criu.process().pid(), created.state_.cgroup), first,
                     filter.has_value());
    });
  } catch (const std::exception&) {
    actions.refuse();
    criu.let_end();
    throw;
  }
  criu.wait(directories, doing);
  if (!created.process_) throw Error(concat(doing, ": criu restored no process"));
  // A configuration file for criu may name another script.
  if (!checked) throw Error(concat(doing, ": criu never asked before it let the processes go on"));
  if (filter) check_enforced(cgroup::processes(created.state_.cgroup), profile, *filter);
  write_pid_file(options.create.pid_file, created.state_.pid);
  send_pidfd(options.create.pidfd_socket, created.process_->pidfd(), "standard");
  return created;
}

}  // namespace scrim::runtime
