// SPDX-License-Identifier: Apache-2.0
#include "launcher/init/init.h"

#include <fcntl.h>
#include <linux/keyctl.h>
#include <linux/limits.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "launcher/init/console.h"
#include "launcher/init/devices.h"
#include "launcher/init/enforce.h"
#include "launcher/init/executable.h"
#include "launcher/init/hooks.h"
#include "launcher/init/identity.h"
#include "launcher/init/mounts.h"
#include "launcher/init/passwd.h"
#include "launcher/init/protected_paths.h"
#include "launcher/init/rootfs.h"
#include "launcher/init/security_label.h"
#include "launcher/init/sysctl.h"
#include "launcher/os/in_root.h"
#include "launcher/os/inherited.h"
#include "launcher/os/mount.h"
#include "launcher/os/socket.h"
#include "libprofile/error.h"
#include "libprofile/text.h"

namespace scrim::init {

namespace {

using bundle::NamespaceType;

// The runtime is gone: there is nobody to report to and nothing to go on for.
struct Abandoned : Error {
  Abandoned() : Error("the command that was creating the container is gone") {}
};

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
    cgroup::enter(*plan_.entrance);
    pid_ = receive(Step::mapped);
    enter_namespaces();
    let_go_of_the_host();
    build_root();
    prepare_process();
    const Executable executable = find_program();
    // From here on the container outlives the command that made it, which may end as soon as it has answered:
    // until then its end is seen at the socket.
    if (prctl(PR_SET_PDEATHSIG, 0, 0, 0, 0) != 0) throw_errno("outlive the runtime");
    ask(Step::ready);
    wait_for_start();
    if (!spec_.hooks.start_container.empty())
      run_hooks(spec_.hooks.start_container, "startContainer", plan_.state("created", pid_));
    become(executable);
  }

  // ---- talking to the runtime

  pid_t receive(Step expected) {
    Message message{};
    ssize_t got = 0;
    do got = recv(runtime_.get(), &message, sizeof message, 0);
    while (got < 0 && errno == EINTR);
    if (got != sizeof message || message.step != expected) throw Abandoned();
    return message.pid;
  }

  void ask(Step step) {
    const Message message{step, 0};
    if (send(runtime_.get(), &message, sizeof message, MSG_NOSIGNAL) != sizeof message) throw Abandoned();
    receive(Step::proceed);
  }

  // ---- namespaces

  void enter_namespaces() {
    const NamespacePlan& namespaces = *plan_.namespaces;
    if (namespaces.has_user_namespace()) become_root_of_user_namespace();
    for (const JoinedNamespace& joined : namespaces.joined)
      if (joined.type != NamespaceType::user && joined.type != NamespaceType::pid) join(joined);
    die_with_runtime();
    // Other processes of a joined pid namespace must not reach our descriptors through /proc (CVE-2016-9962).
    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) throw_errno("hide from other processes");
    // Only now is this process in its cgroup, which becomes the root of the new namespace
    // (cgroup_namespaces(7)).
    if (namespaces.creates(NamespaceType::cgroup) && unshare(CLONE_NEWCGROUP) != 0)
      throw_errno("create a cgroup namespace");
    if (setsid() < 0) throw_errno("lead a new session");
    if (namespaces.creates(NamespaceType::network)) bring_up_loopback();
    if (!plan_.no_new_keyring) new_session_keyring();
  }

  void become_root_of_user_namespace() {
    if (plan_.set_groups && syscall(SYS_setgroups, 0, nullptr) != 0)
      throw_errno("drop groups in the user namespace");
    if (syscall(SYS_setresgid, 0, 0, 0) != 0 || syscall(SYS_setresuid, 0, 0, 0) != 0)
      throw_errno("become root of the user namespace");
  }

  void die_with_runtime() {
    if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0) throw_errno("die with the runtime");
    // It may have died before: then its end of the socket is closed.
    char byte = 0;
    if (recv(runtime_.get(), &byte, 1, MSG_DONTWAIT | MSG_PEEK) == 0) throw Abandoned();
  }

  // The container must not read the keys of whoever started it (keyrings(7), CVE-2015-8660 et al.).
  void new_session_keyring() {
    const std::string name = concat("_ses.", plan_.id);
    if (syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, name.c_str(), 0, 0, 0) >= 0) return;
    if (errno == ENOSYS) return;
    throw_errno(concat("join session keyring ", name) +
                " (if the kernel's key quota is used up: --no-new-keyring)");
  }

  // Our directories of the host would be ways out of the root: /proc/self/fd/N/../bin/sh as the program or
  // its interpreter, before close-on-exec closes N (CVE-2024-21626). And the container's lock would be held
  // by us for as long as we wait for start.
  void let_go_of_the_host() const {
    std::vector<int> kept{runtime_.get(), handover_.memory().get()};
    if (plan_.start_socket != nullptr) kept.push_back(plan_.start_socket->get());
    if (plan_.console_socket != nullptr) kept.push_back(plan_.console_socket->get());
    os::close_all_but(std::move(kept), plan_.preserve_fds);
  }

  // ---- the root file system

  void build_root() {
    const NamespacePlan& namespaces = *plan_.namespaces;
    refuse_mount_label(spec_.mount_label);
    const os::Fd root = attach_root(spec_.root_path, spec_.rootfs_propagation);
    const MountContext context{root, *plan_.cgroup, namespaces.creates(NamespaceType::cgroup),
                               namespaces.has_user_namespace()};
    std::vector<LateReadonly> late;
    for (const bundle::Mount& mount : spec_.mounts)
      if (os::Fd mounted = perform(mount, context)) late.push_back({std::move(mounted), mount.destination});
    make_devices(spec_, root, context.user_namespace);
    if (spec_.process && spec_.process->terminal) open_terminal(root);

    if (!spec_.hooks.prestart.empty() || !spec_.hooks.create_runtime.empty()) ask(Step::environment);
    if (!spec_.hooks.create_container.empty())
      run_hooks(spec_.hooks.create_container, "createContainer", plan_.state("creating", pid_));

    write_sysctl(spec_.sysctl);
    make_readonly(spec_.readonly_paths, root);
    mask(spec_.masked_paths, root);
    set_names();
    if (spec_.process) label_.emplace(*spec_.process);
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
    Console console = make_console(root, spec_.process->console_size);
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

  // ---- the process

  void prepare_process() {
    if (!spec_.process) return;
    if (console_) use_console(console_);
    console_.reset();
    if (spec_.personality && personality(*spec_.personality) < 0) throw_errno("set personality");
    if (spec_.process->no_new_privileges) set_no_new_privs();
    umask(022);
    reset_signals();
  }

  // What the caller ignored or blocked (nohup(1), a supervisor) is not the container's.
  static void reset_signals() {
    struct sigaction by_default {};
    by_default.sa_handler = SIG_DFL;
    for (int signal = 1; signal < NSIG; ++signal) sigaction(signal, &by_default, nullptr);
    sigset_t none{};
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
  }

  Executable find_program() {
    if (!spec_.process) return {};
    Executable executable{"", spec_.process->args, spec_.process->env};
    if (environment_value(executable.env, "HOME") == nullptr)
      executable.env.push_back(concat("HOME=", home_of(spec_.process->user.uid)));
    // For relative names only: who the process will be may not be let in here yet.
    const bool entered = chdir(spec_.process->cwd.c_str()) == 0;
    executable.path = find_executable(executable.args.front(), executable.env);
    if (entered && chdir("/") != 0) throw_errno("enter /");
    return executable;
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

  [[noreturn]] void become(const Executable& executable) {
    if (!spec_.process) throw Error("start: config.json has no process");
    kernel::Installation installation;
    if (plan_.has_filter) {
      const sock_fprog program = handover_.program();
      installation.program.assign(program.filter, program.filter + program.len);
      installation.flags = handover_.flags();
    }
    const auto drop_privileges = [&] {
      const bundle::Process& process = *spec_.process;
      label_->apply_on_exec();
      give_standard_streams(process.user.uid);
      // With the privileges of both, as runc: a user of the image may be put where only root can go (-w
      // /root).
      const bool entered = chdir(process.cwd.c_str()) == 0;
      // No `capabilities` is none, as under runc.
      assume({process.user, process.capabilities.value_or(bundle::Capabilities{}), plan_.set_groups});
      if (!entered && chdir(process.cwd.c_str()) != 0)
        throw_errno(concat("enter working directory ", process.cwd));
      check_working_directory(process.cwd);
    };
    enforce_and_exec(executable, plan_.has_filter ? &installation : nullptr, spec_.process->no_new_privileges,
                     drop_privileges, handover_, [](Handover&) noexcept {});
  }

  // As in runc: a program that is not root can open /dev/stdout, its pipe or terminal, again.
  static void give_standard_streams(uid_t uid) {
    for (const int standard : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
      struct stat status {};
      if (fstat(standard, &status) != 0 || status.st_uid == uid) continue;
      const bool is_null = S_ISCHR(status.st_mode) && status.st_rdev == makedev(1, 3);
      if (is_null || fchown(standard, uid, static_cast<gid_t>(-1)) == 0) continue;
      // EINVAL: its owner has no id in our user namespace. It works as it is in all of these.
      if (errno != EINVAL && errno != EPERM && errno != EROFS && errno != EACCES)
        throw_errno("give standard input and output to the process' user");
    }
  }

  static void check_working_directory(const std::string& cwd) {
    // A directory outside the root answers ENOENT or "(unreachable)" (CVE-2024-21626, getcwd(2)).
    std::array<char, PATH_MAX> where{};
    if (syscall(SYS_getcwd, where.data(), where.size()) < 0 || where[0] != '/')
      throw Error(concat("enter working directory ", cwd, ": it is outside the container"));
  }

  const Plan& plan_;
  const bundle::Spec& spec_;
  Handover& handover_;
  os::Fd runtime_;
  os::Fd console_;
  os::Fd starter_;
  std::optional<SecurityLabel> label_;
  pid_t pid_ = 0;
};

}  // namespace

void run(const Plan& plan, Handover& handover, os::Fd runtime) noexcept {
  Init(plan, handover, std::move(runtime)).run();
}

}  // namespace scrim::init
