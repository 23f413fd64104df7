// SPDX-License-Identifier: Apache-2.0
// scrim-hook-guard: OCI hooks (runtime-spec config.md, "POSIX-platform Hooks"). At createRuntime it refuses a
// container that would run unconfined, or with a profile that lints badly; at poststart it asks the kernel.
// The state comes on standard input; status 1 says no.
#include <sys/syscall.h>
#include <syslog.h>
#include <unistd.h>

#include <csignal>
#include <exception>
#include <span>
#include <string>
#include <string_view>

#include "hooks/guard/agreement.h"
#include "hooks/guard/policy.h"
#include "hooks/guard/refusal.h"
#include "hooks/guard/request.h"
#include "hooks/hook_io.h"
#include "libprofile/error.h"
#include "libprofile/text.h"

namespace {

using scrim::concat;
using scrim::hooks::read_standard_input;
using scrim::hooks::report;
using scrim::hooks::write_all;
using namespace scrim::guard;

constexpr std::string_view program = "scrim-hook-guard";

constexpr std::string_view help =
    R"(Usage: scrim-hook-guard [--policy FILE] createRuntime|poststart < state.json

An OCI hook of that stage, for any runtime.

  createRuntime   refuses (status 1) a container that would run unconfined, or with a profile that lints badly
  poststart       refuses one that runs under another filter than its config.json asks for, and kills it

  --policy FILE   what is let through (default: /etc/scrim/guard.json, if it exists)
  --help          print this
  --version       print the version

Errors and warnings go to standard error; if that is /dev/null, to the system's log (journalctl -t scrim-hook-guard).
)";

struct Options {
  std::string policy = default_policy_file;
  bool policy_given = false;
  std::string stage;
  bool help = false;
  bool version = false;
};

Options parse_options(std::span<const char* const> arguments) {
  Options options;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string_view argument = arguments[i];
    if (argument == "--policy" || argument.starts_with("--policy=")) {
      options.policy_given = true;
      if (argument != "--policy")
        options.policy = argument.substr(argument.find('=') + 1);
      else if (i + 1 == arguments.size())
        throw scrim::Error("--policy needs a value (--help tells which)");
      else
        options.policy = arguments[++i];
    } else if (argument == "--help") {
      options.help = true;
    } else if (argument == "--version") {
      options.version = true;
    } else if ((argument == "createRuntime" || argument == "poststart") && options.stage.empty()) {
      options.stage = argument;
    } else {
      throw scrim::Error(concat("unknown argument \"", argument, "\" (--help lists those there are)"));
    }
  }
  if (options.stage.empty() && !options.help && !options.version)
    throw scrim::Error("createRuntime or poststart must be said: the state does not tell the stage");
  return options;
}

// A process that stays the one that was looked at.
class Pidfd {
 public:
  explicit Pidfd(pid_t pid) : fd_(static_cast<int>(syscall(SYS_pidfd_open, pid, 0))) {}
  Pidfd(const Pidfd&) = delete;
  Pidfd& operator=(const Pidfd&) = delete;
  ~Pidfd() {
    if (fd_ >= 0) close(fd_);
  }
  [[nodiscard]] bool kill() const { return syscall(SYS_pidfd_send_signal, fd_, SIGKILL, nullptr, 0) == 0; }

 private:
  int fd_;
};

// Empty if it may go on.
std::string answer(const Options& options) {
  const Policy policy = load_policy(options.policy, options.policy_given);
  const State state = parse_state(read_standard_input("the state"));
  const Request request = read_request(state, policy.runtime);
  const std::string whose = concat("container ", state.id, ": ");
  if (const Exemption* const exemption = exemption_of(policy, request.config)) {
    report(program, LOG_INFO, "",
           concat(whose, "exempt by annotation ", exemption->annotation, " = ", exemption->value));
    return {};
  }
  if (options.stage == "createRuntime") {
    const std::string why = refusal(request, policy);
    return why.empty() ? why : concat(whose, "refused: ", why);
  }
  if (!state.pid) throw scrim::Error(concat(whose, "the state says no pid, which poststart needs"));
  const Pidfd process(*state.pid);
  constexpr int patience_ms = 2000;
  const Agreement found = agreement(request, *state.pid, patience_ms);
  if (!found.not_known.empty())
    report(program, LOG_WARNING,
           "warning: ", concat(whose, "it has a filter; which is not known: ", found.not_known));
  if (found.disagreement.empty()) return {};
  // crun goes on after a poststart hook that failed; runc and scrim end the container (runtime.md,
  // "Lifecycle").
  const bool killed = policy.kill_on_disagreement && process.kill();
  return concat(whose, killed ? "killed: " : "refused: ", found.disagreement);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    std::signal(SIGPIPE, SIG_IGN);
    const Options options = parse_options({argv + 1, static_cast<std::size_t>(argc > 0 ? argc - 1 : 0)});
    if (options.help) {
      write_all(STDOUT_FILENO, help);
    } else if (options.version) {
      write_all(STDOUT_FILENO, concat(program, " ", SCRIM_VERSION, "\n"));
    } else if (const std::string no = answer(options); !no.empty()) {
      report(program, LOG_ERR, "", no);
      return 1;
    }
    return 0;
  } catch (const std::exception& error) {
    report(program, LOG_ERR, "", error.what());
    return 1;
  }
}
