// SPDX-License-Identifier: Apache-2.0
#include "launcher/runtime/exec.h"

#include <fcntl.h>
#include <linux/seccomp.h>
#include <sched.h>

#include <optional>

#include "launcher/cgroup/sub_cgroup.h"
#include "launcher/init/join.h"
#include "launcher/init/namespaces.h"
#include "launcher/os/pidfd.h"
#include "launcher/os/socket.h"
#include "launcher/runtime/dialogue.h"
#include "launcher/runtime/enter.h"
#include "launcher/runtime/foreground.h"
#include "launcher/runtime/listener.h"
#include "launcher/runtime/new_process.h"
#include "launcher/runtime/passed_descriptors.h"
#include "libprofile/error.h"
#include "libprofile/text.h"

namespace scrim::runtime {

namespace {

// runc's words, by which engines know it.
constexpr const char* stopped = "cannot exec in a stopped container";

void refuse_status(Status status, bool ignore_paused) {
  if (status == Status::stopped) throw Error(stopped);
  if (status == Status::creating) throw Error("cannot exec in a container that is being created or deleted");
  if (status == Status::paused && !ignore_paused)
    throw Error("cannot exec in a paused container (use --ignore-paused to override)");
}

void check_terminal(const bundle::Process& process, const ExecOptions& options) {
  if (process.terminal && options.detach && options.console_socket.empty())
    throw Error("a terminal of a detached process needs a console socket (--console-socket)");
  if (!process.terminal && !options.console_socket.empty())
    throw Error("--console-socket is given, but the process has no terminal (--tty)");
}

bool setgroups_is_denied(pid_t pid) {
  return os::read_kernel_file(concat("/proc/", pid, "/setgroups")).starts_with("deny");
}

// A process on its way into the container.
class Joining {
 public:
  Joining(const Container& container, const ExecOptions& options, const Warn& warn)
      : options_(options), state_(container.load()), status_(status_of(state_, container)) {
    refuse_status(status_, options.ignore_paused);
    process_ = process_to_exec(state_, options.process, warn);
    check_terminal(process_, options);
    if (state_.filter_flags) filter_ = container.load_filter();
  }

  [[nodiscard]] bool has_own_terminal() const {
    return process_.terminal && !options_.detach && options_.console_socket.empty();
  }

  // `console`: where its terminal goes, if that is ours.
  [[nodiscard]] os::Child spawn(os::Fd* console);
  // Until everything is set up and it waits for us to let it run.
  void set_up(const os::Child& process);
  // Lets it run, and waits until its program does.
  void start(const os::Child& process);

 private:
  [[nodiscard]] Way find_way() const;

  const ExecOptions& options_;
  ContainerState state_;
  Status status_;
  bundle::Process process_;
  filter::Program filter_;
  init::Handover handover_ = init::Handover::make();
  std::optional<Dialogue> dialogue_;
};

// Of a process that is dying /proc has no namespaces any more.
std::uint64_t namespaces_of(pid_t pid) {
  try {
    return init::namespaces_apart(pid);
  } catch (const SystemError& error) {
    if (error.code() == ENOENT || error.code() == ESRCH) throw Error(stopped);
    throw;
  }
}

Way Joining::find_way() const {
  Way way;
  way.first_process = os::pidfd_open(state_.pid);
  // The pidfd first, then who it is: the number cannot change hands in between.
  if (!way.first_process || process_start_time(state_.pid) != state_.start_time) throw Error(stopped);
  way.namespaces = namespaces_of(state_.pid);
  const cgroup::Cgroup cgroup = cgroup::sub_cgroup(state_.cgroup, options_.cgroups);
  way.entrance = cgroup::open_entrance(cgroup);
  if (way.entrance.unified && options_.cgroups.empty())
    if (const std::string path = cgroup::unified_of(state_.pid, state_.cgroup); !path.empty())
      way.other_unified = os::open(path, O_PATH | O_DIRECTORY);
  way.affinity = process_.exec_affinity;
  way.preserve_fds = preserved_descriptors(options_.preserve_fds).count;
  return way;
}

os::Child Joining::spawn(os::Fd* console) {
  os::Fd console_socket;
  if (!options_.console_socket.empty()) {
    console_socket = os::connect_to(options_.console_socket);
    console = &console_socket;
  }
  init::SecurityLabel label(process_);
  Way way = find_way();
  init::JoinPlan plan;
  plan.process = &process_;
  plan.label = &label;
  plan.user_namespace = (way.namespaces & CLONE_NEWUSER) != 0;
  plan.settings = {state_.personality, !plan.user_namespace || !setgroups_is_denied(state_.pid),
                   bundle::read_memory_policy(state_.memory_policy, "state.json")};
  if (state_.new_keyring) plan.keyring = state_.id;
  plan.console_socket = console;

  auto [ours, theirs] = os::socket_pair();
  way.kept.push_back(theirs.get());
  if (console != nullptr) way.kept.push_back(console->get());
  os::Child process =
      spawn_into(way, handover_, [&, &theirs = theirs] { init::join(plan, handover_, std::move(theirs)); });
  dialogue_.emplace(std::move(ours));
  return process;
}

void Joining::set_up(const os::Child& process) {
  if (process_.oom_score_adj) set_oom_score(process.pid(), *process_.oom_score_adj);
  if (dialogue_->next(handover_) != init::Step::ready) throw Error("the new process says something unknown");
  set_limits(process.pid(), process_.rlimits);
}

void Joining::start(const os::Child& process) {
  // The first thing that may fail for reasons outside of the container.
  const bool listens = state_.filter_flags && (*state_.filter_flags & SECCOMP_FILTER_FLAG_NEW_LISTENER) != 0;
  const os::Fd agent = listens ? connect_to_agent(state_) : os::Fd();
  if (state_.filter_flags)
    handover_.put_filter(filter_, *state_.filter_flags);
  else
    handover_.put_unconfined();
  write_pid_file(options_.pid_file, process.pid());
  send_pidfd(options_.pidfd_socket, process.pidfd(), "setns");
  dialogue_->tell(init::Step::proceed, process.pid());
  deliver_listener(handover_, process.pidfd(), {process.pid(), status_}, state_, agent);
  dialogue_->wait_for_exec(handover_);
}

}  // namespace

int exec(const Store& store, const ExecOptions& options, const Warn& warn) {
  // Without the container's lock: nothing of it is changed, and a hook may want to run something in it.
  // Against `delete` see enter.cc.
  Joining joining(store.look(options.id), options, warn);
  std::optional<Foreground> foreground;
  if (!options.detach) foreground.emplace(joining.has_own_terminal());
  os::Child process = joining.spawn(joining.has_own_terminal() ? &foreground->console_socket() : nullptr);
  joining.set_up(process);
  if (joining.has_own_terminal()) foreground->take_terminal();
  joining.start(process);
  if (options.detach) {
    process.release();
    return 0;
  }
  return foreground->wait(process).as_shell();
}

}  // namespace scrim::runtime
