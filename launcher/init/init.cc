// SPDX-License-Identifier: Apache-2.0
#include "launcher/init/init.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

#include "launcher/init/become.h"
#include "launcher/init/console.h"
#include "launcher/init/devices.h"
#include "launcher/init/enforce.h"
#include "launcher/init/executable.h"
#include "launcher/init/hooks.h"
#include "launcher/init/keyring.h"
#include "launcher/init/mounts.h"
#include "launcher/init/protected_paths.h"
#include "launcher/init/rootfs.h"
#include "launcher/init/security_label.h"
#include "launcher/init/sysctl.h"
#include "launcher/init/time_namespace.h"
#include "launcher/os/in_root.h"
#include "launcher/os/inherited.h"
#include "launcher/os/mount.h"
#include "launcher/os/socket.h"
#include "libprofile/error.h"
#include "libprofile/text.h"

namespace scrim::init {

namespace {

using bundle::NamespaceType;

class Init {
 public:
  Init(const Plan& plan, Handover& handover, os::Fd runtime)
      : plan_(plan), spec_(*plan.spec), handover_(handover), runtime_(std::move(runtime)) {}

  // Failures are caught here, where the sockets are still open: their end is what the other side waits for,
  // and it must find the failure written down.
  [[noreturn]] void run() noexcept {
    try {
      steps();
    } catch (const Abandoned&) {
      end_process(status_failed);
    } catch (const ExecutableError& error) {
      handover_.fail({error.what()}, error.exit_status());
    } catch (const std::exception& error) {
      handover_.fail({error.what()}, status_failed);
    }
    end_process(status_failed);
  }

 private:
  [[noreturn]] void steps() {
    handover_.begun().store(true, std::memory_order_relaxed);
    pid_ = runtime_.receive(Step::mapped);
    enter_namespaces();
    let_go_of_the_host();
    build_root();
    if (becoming_) {
      becoming_->prepare(std::move(console_));
      becoming_->find_program();
    }
    // From here on the container outlives the command that made it, which may end as soon as it has answered:
    // until then its end is seen at the socket.
    outlive_runtime();
    runtime_.ask(Step::ready);
    wait_for_start();
    if (!spec_.hooks.start_container.empty())
      run_hooks(spec_.hooks.start_container, "startContainer", plan_.state("created", pid_));
    if (!becoming_) throw Error("start: config.json has no process");
    becoming_->become(handover_);
  }

  // ---- namespaces

  void enter_namespaces() {
    const NamespacePlan& namespaces = *plan_.namespaces;
    if (!spec_.time_offsets.empty()) enter_new_time_namespace(spec_.time_offsets);
    if (namespaces.has_user_namespace()) become_root_of_user_namespace(plan_.set_groups);
    for (const JoinedNamespace& joined : namespaces.joined)
      if (joined.type != NamespaceType::user && joined.type != NamespaceType::pid) join(joined);
    runtime_.die_with_runtime();
    // Other processes of a joined pid namespace must not reach our descriptors through /proc (CVE-2016-9962).
    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) throw_errno("hide from other processes");
    if (setsid() < 0) throw_errno("lead a new session");
    if (namespaces.creates(NamespaceType::network)) bring_up_loopback();
    if (!plan_.no_new_keyring) join_session_keyring(plan_.id, namespaces.has_user_namespace());
  }

  // The runtime makes the cgroups while we mount: as late as can be, but before the first that is mounted,
  // before a tmpfs gets content that the container's limit of memory is for, and before anything but scrim
  // runs.
  void enter_cgroups() {
    if (in_cgroups_) return;
    in_cgroups_ = true;
    cgroup::enter(cgroup::entrance_of(*plan_.cgroup, runtime_.receive_descriptors(Step::cgroups)));
    // Its cgroup is the root of the new namespace (cgroup_namespaces(7)).
    if (plan_.namespaces->creates(NamespaceType::cgroup) && unshare(CLONE_NEWCGROUP) != 0)
      throw_errno("create a cgroup namespace");
  }

  // Our directories of the host would be ways out of the root: /proc/self/fd/N/../bin/sh as the program or
  // its interpreter, before close-on-exec closes N (CVE-2024-21626). And the container's lock would be held
  // by us for as long as we wait for start.
  void let_go_of_the_host() const {
    std::vector<int> kept{runtime_.fd(), handover_.memory().get()};
    if (plan_.start_socket != nullptr) kept.push_back(plan_.start_socket->get());
    if (plan_.console_socket != nullptr) kept.push_back(plan_.console_socket->get());
    for (const os::Fd& source : *plan_.mount_sources)
      if (source) kept.push_back(source.get());
    os::close_all_but(std::move(kept), plan_.preserve_fds);
  }

  // ---- the root file system

  void build_root() {
    const NamespacePlan& namespaces = *plan_.namespaces;
    refuse_mount_label(spec_.mount_label);
    if (spec_.process) {
      label_.emplace(*spec_.process);
      becoming_.emplace(*spec_.process, *label_,
                        Becoming::Settings{spec_.personality, plan_.set_groups, spec_.memory_policy});
    }
    const os::Fd root = attach_root(spec_.root_path, spec_.rootfs_propagation);
    const MountContext context{root, *plan_.cgroup, namespaces.creates(NamespaceType::cgroup),
                               namespaces.has_user_namespace()};
    std::vector<LateReadonly> late;
    os::Fd proc;
    for (std::size_t place = 0; place < spec_.mounts.size(); ++place) {
      const bundle::Mount& mount = spec_.mounts[place];
      if (mounts_cgroups(mount) || copies_up(mount)) enter_cgroups();
      const os::Fd* opened = plan_.mount_sources->empty() ? nullptr : &(*plan_.mount_sources)[place];
      Performed performed = perform(mount, context, opened);
      if (performed.readonly_later) late.push_back({std::move(performed.readonly_later), mount.destination});
      if (performed.proc) proc = std::move(performed.proc);
    }
    enter_cgroups();
    make_devices(spec_, root, context.user_namespace);
    if (spec_.process && spec_.process->terminal) open_terminal(root);

    // The runtime moves network devices now, too: linux.sysctl may be about them. And no hook runs before it
    // has found the profile to be good.
    const bundle::Hooks& hooks = spec_.hooks;
    if (!hooks.prestart.empty() || !hooks.create_runtime.empty() || !hooks.create_container.empty() ||
        !spec_.net_devices.empty())
      runtime_.ask(Step::environment);
    if (!spec_.hooks.create_container.empty())
      run_hooks(spec_.hooks.create_container, "createContainer", plan_.state("creating", pid_));

    write_sysctl(spec_.sysctl, std::move(proc));
    make_readonly(spec_.readonly_paths, root);
    mask(spec_.masked_paths, root);
    set_names();
    if (label_) label_->open();
    change_root(root, plan_.no_pivot);
    if (spec_.process) make_working_directory();
    for (const LateReadonly& mount : late)
      os::set_mount_attributes(mount.mount, {MOUNT_ATTR_RDONLY, 0}, false, concat("read-only ", mount.path));
    finish_root(spec_.rootfs_propagation, spec_.root_readonly);
  }

  struct LateReadonly {
    os::Fd mount;
    std::string path;
  };

  void open_terminal(const os::Fd& root) {
    Console console = open_console(root, spec_.process->console_size);
    bind_console(root, console.slave);
    if (plan_.console_socket == nullptr) throw Error("process.terminal needs a console socket");
    os::send_descriptor(*plan_.console_socket, console.master, "/dev/console", "the console socket");
    console_ = std::move(console.slave);
  }

  void set_names() const {
    if (!spec_.hostname.empty() && sethostname(spec_.hostname.c_str(), spec_.hostname.size()) != 0)
      throw_errno(concat("set hostname ", spec_.hostname));
    if (!spec_.domainname.empty() && setdomainname(spec_.domainname.c_str(), spec_.domainname.size()) != 0)
      throw_errno(concat("set domainname ", spec_.domainname));
  }

  // As runc: a working directory that the image lacks is made.
  void make_working_directory() const {
    const os::Fd root = os::open("/", O_PATH | O_DIRECTORY);
    (void)os::make_directory_in_root(root, spec_.process->cwd);
  }

  void wait_for_start() {
    if (plan_.start_socket == nullptr) return;
    for (;;) {
      os::Fd starter(accept4(plan_.start_socket->get(), nullptr, nullptr, SOCK_CLOEXEC));
      if (!starter) {
        if (errno == EINTR || errno == ECONNABORTED) continue;
        throw_errno("wait for start");
      }
      // Who connects and says nothing only asks whether the container still waits.
      char word = 0;
      if (recv(starter.get(), &word, 1, 0) != 1 || word != start_word) continue;
      os::send_descriptor(starter, handover_.memory(), "m", "the start command");
      // Kept open: its end, by execve or by our end, tells the starter that it is done.
      starter_ = std::move(starter);
      return;
    }
  }

  const Plan& plan_;
  const bundle::Spec& spec_;
  Handover& handover_;
  RuntimeChannel runtime_;
  os::Fd console_;
  os::Fd starter_;
  bool in_cgroups_ = false;
  std::optional<SecurityLabel> label_;
  std::optional<Becoming> becoming_;
  pid_t pid_ = 0;
};

}  // namespace

void run(const Plan& plan, Handover& handover, os::Fd runtime) noexcept {
  Init(plan, handover, std::move(runtime)).run();
}

}  // namespace scrim::init
