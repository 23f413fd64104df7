// SPDX-License-Identifier: Apache-2.0
// scrim-hook-guard: OCI hooks (runtime-spec config.md, "POSIX-platform Hooks"). At createRuntime it refuses a
// container that would run unconfined, or with a profile that lints badly; at poststart it asks the kernel.
// The state comes on standard input; status 1 says no.
#include <syslog.h>
#include <unistd.h>

#include <csignal>
#include <exception>
#include <span>
#include <string>
#include <string_view>

#include "hooks/guard/agreement.h"
#include "hooks/guard/container_process.h"
#include "hooks/guard/policy.h"
#include "hooks/guard/refusal.h"
#include "hooks/guard/request.h"
#include "hooks/hook_io.h"
#include "libprofile/document/file.h"
#include "libprofile/error.h"
#include "libprofile/text.h"

namespace {

using scrim::concat;
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

bool is_exempt(const Policy& policy, const Request& request, const std::string& whose) {
  const Exemption* const exemption = exemption_of(policy, request.config);
  if (exemption == nullptr) return false;
  report(program, LOG_INFO, "",
         concat(whose, "exempt by annotation ", exemption->annotation, " = ", exemption->value));
  return true;
}

// Empty if it may go on; so is what the next one returns.
std::string create_runtime(const Options& options, const State& state, const std::string& whose) {
  const Policy policy = load_policy(options.policy, options.policy_given);
  const Request request = read_request(state, policy.runtime);
  if (is_exempt(policy, request, whose)) return {};
  const std::string why = refusal(request, policy);
  return why.empty() ? why : concat(whose, "refused: ", why);
}

std::string poststart(const Options& options, const State& state, const std::string& whose) {
  if (!state.pid) throw scrim::Error(concat(whose, "the state says no pid, which poststart needs"));
  const ContainerProcess process(*state.pid);
  Policy policy;
  std::string no;
  try {
    policy = load_policy(options.policy, options.policy_given);
    const Request request = read_request(state, policy.runtime);
    if (is_exempt(policy, request, whose)) return {};
    constexpr int patience_ms = 2000;
    const Agreement found = agreement(request, *state.pid, patience_ms);
    if (!found.not_known.empty())
      report(program, LOG_WARNING,
             "warning: ", concat(whose, "it has a filter; which is not known: ", found.not_known));
    no = found.disagreement;
  } catch (const std::exception& error) {
    no = error.what();
  }
  if (no.empty()) return {};
  // crun goes on after a poststart hook that failed; runc and scrim end the container (runtime.md,
  // "Lifecycle").
  if (!policy.kill_on_disagreement) return concat(whose, "refused: ", no);
  constexpr int patience_ms = 2000;
  const std::string not_killed = process.kill(patience_ms);
  return not_killed.empty() ? concat(whose, "killed: ", no)
                            : concat(whose, "refused: ", no, " (", not_killed, ")");
}

std::string answer(const Options& options) {
  const State state = parse_state(scrim::document::read_standard_input("the state from standard input"));
  const std::string whose = concat("container ", state.id, ": ");
  return options.stage == "poststart" ? poststart(options, state, whose)
                                      : create_runtime(options, state, whose);
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
