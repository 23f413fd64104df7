// SPDX-License-Identifier: Apache-2.0
#include "hooks/guard/agreement.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <thread>
#include <vector>

#include "libprofile/error.h"
#include "libprofile/inspect/against_config.h"
#include "libprofile/inspect/proc_files.h"
#include "libprofile/inspect/process.h"
#include "libprofile/inspect/report.h"
#include "libprofile/text.h"

namespace scrim::guard {

namespace {

struct Look {
  Agreement found;
  // Of the container's program, not of the runtime's process that is to become it.
  bool of_program = false;
  // Why the filter could not be read, which may pass: an errno, else 0; and who traces the process, else 0.
  int failed = 0;
  pid_t tracer = 0;
};

// Others look at processes as we do, and are gone: only who is seen twice keeps the filter from being read.
bool lasts(const Look& now, const Look& before) {
  if (now.failed == EPERM) return now.tracer != 0 && now.tracer == before.tracer;
  return now.failed != 0 && now.failed != ESRCH;
}

std::string not_filtered(kernel::SeccompMode mode) {
  return concat("it was to run under a profile, and the kernel says seccomp ", inspect::name_of(mode));
}

std::string differences(const Request& request, const std::vector<inspect::Enforced>& asked,
                        const std::vector<kernel::LoadedFilter>& filters) {
  const inspect::Enforced enforced =
      inspect::enforced("", inspect::programs_of(filters), resolve::native_architecture());
  const inspect::AgainstConfig against = against_config(asked, request.config_file, enforced);
  if (against.equal()) return {};
  constexpr std::size_t few = 3;
  std::string lines = inspect::text_of(against.differences, few);
  std::ranges::replace(lines, '\n', ';');
  while (lines.ends_with(';')) lines.pop_back();
  return concat("its filter is not what config.json asks for:", lines);
}

// Throws SystemError (ESRCH) if it has ended.
Look look(const Request& request, const std::vector<inspect::Enforced>& asked, pid_t pid) {
  Look out;
  // First: a filter that the program has was there before it was executed.
  out.of_program = inspect::has_executed(pid).value_or(false);
  const kernel::ThreadStatus first = kernel::threads_of(pid).front();
  const bool wanted = request.resolution.seccomp.has_value();
  if (first.mode != kernel::SeccompMode::filter) {
    if (wanted) out.found.disagreement = not_filtered(first.mode);
    return out;
  }
  // Filters that were not asked for take nothing away from what was; and what scrim resolves by itself is not
  // in config.json.
  if (!wanted || asked.empty()) return out;
  try {
    out.found.disagreement = differences(request, asked, kernel::filters_of(first.tid));
  } catch (const SystemError& error) {
    // ptrace_attach() of kernel/ptrace.c says EPERM of one that has ended, too: this throws then.
    out.tracer = kernel::status_of(first.tid, first.tid).tracer;
    if (!kernel::may_read_filters()) {
      out.found.not_known = error.what();
      return out;
    }
    out.failed = error.code();
    out.found.disagreement = concat("which filter it has is not known: ", error.what());
    if (out.tracer != 0) out.found.disagreement += concat(": process ", out.tracer, " traces it");
  }
  return out;
}

// Of one that has ended, by what its parent has not been told yet.
Agreement after_end(const Request& request, pid_t pid) {
  const bool of_program = inspect::has_executed(pid).value_or(false);
  const std::optional<kernel::ThreadStatus> last = kernel::status_of_ended(pid);
  if (!of_program || !last || !request.resolution.seccomp || last->mode == kernel::SeccompMode::filter)
    return {};
  return {not_filtered(last->mode), {}};
}

}  // namespace

Agreement agreement(const Request& request, pid_t pid, int patience_ms) {
  std::vector<inspect::Enforced> asked;
  if (request.resolution.as_written && !request.resolution.floor)
    asked = inspect::asked_for(request.config, request.config_file, resolve::native_architecture());
  const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(patience_ms);
  constexpr std::chrono::milliseconds step(1);
  Look before;
  bool kept_from_us = false;
  try {
    for (;;) {
      Look now = look(request, asked, pid);
      const bool decided = now.found.disagreement.empty() || (now.of_program && now.failed == 0);
      if (decided || std::chrono::steady_clock::now() >= until) return now.found;
      kept_from_us = now.of_program && lasts(now, before);
      before = std::move(now);
      std::this_thread::sleep_for(step);
    }
  } catch (const SystemError& error) {
    if (error.code() != ESRCH) throw;
    return kept_from_us ? before.found : after_end(request, pid);
  }
}

}  // namespace scrim::guard
