// SPDX-License-Identifier: Apache-2.0
#include "launcher/init/join.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "launcher/init/channel.h"
#include "launcher/init/console.h"
#include "launcher/init/executable.h"
#include "launcher/init/keyring.h"
#include "launcher/init/namespaces.h"
#include "launcher/os/socket.h"
#include "libprofile/error.h"

namespace scrim::init {

namespace {

os::Fd make_terminal(const JoinPlan& plan) {
  if (plan.console_socket == nullptr) throw Error("process.terminal needs a console socket");
  const os::Fd root = os::open("/", O_PATH | O_DIRECTORY);
  Console console = open_console(root, plan.process->console_size);
  os::send_descriptor(*plan.console_socket, console.master, "/dev/console", "the console socket");
  plan.console_socket->reset();
  return std::move(console.slave);
}

void steps(const JoinPlan& plan, Handover& handover, const RuntimeChannel& runtime) {
  if (plan.user_namespace) become_root_of_user_namespace(plan.settings.set_groups);
  runtime.die_with_runtime();
  // Changing user has made this process visible again (CVE-2016-9962).
  if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) throw_errno("hide from other processes");
  if (setsid() < 0) throw_errno("lead a new session");
  if (plan.keyring) join_session_keyring(*plan.keyring, plan.user_namespace);
  plan.label->open();
  Becoming becoming(*plan.process, *plan.label, plan.settings);
  becoming.prepare(plan.process->terminal ? make_terminal(plan) : os::Fd());
  becoming.find_program();
  runtime.ask(Step::ready);
  // The next is execve: the program is not to end with the command, which may be detached from it.
  outlive_runtime();
  becoming.become(handover);
}

}  // namespace

void join(const JoinPlan& plan, Handover& handover, os::Fd socket) noexcept {
  // Outlives the failure that is written down: its end is what the other side waits for.
  const RuntimeChannel runtime(std::move(socket));
  try {
    steps(plan, handover, runtime);
  } catch (const Abandoned&) {
    end_process(status_failed);
  } catch (const ExecutableError& error) {
    handover.fail({error.what()}, error.exit_status());
  } catch (const std::exception& error) {
    handover.fail({error.what()}, status_failed);
  }
  end_process(status_failed);
}

}  // namespace scrim::init
