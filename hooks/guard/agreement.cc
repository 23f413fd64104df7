// SPDX-License-Identifier: Apache-2.0
#include "hooks/guard/agreement.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <thread>
#include <vector>

#include "libprofile/error.h"
#include "libprofile/inspect/against_config.h"
#include "libprofile/inspect/process.h"
#include "libprofile/inspect/report.h"
#include "libprofile/text.h"

namespace scrim::guard {

namespace {

Agreement look(const Request& request, const std::vector<inspect::Enforced>& asked, pid_t pid) {
  Agreement out;
  const inspect::Inspection inspection = inspect::inspect(pid);
  const bool wanted = request.resolution.seccomp.has_value();
  const kernel::SeccompMode mode = inspection.first().mode;
  if (mode != kernel::SeccompMode::filter) {
    if (wanted)
      out.disagreement =
          concat("it was to run under a profile, and the kernel says seccomp ", inspect::name_of(mode));
    return out;
  }
  out.not_known = inspection.not_read;
  // Filters that were not asked for take nothing away from what was; and what scrim resolves by itself is not
  // in config.json.
  if (!wanted || !out.not_known.empty() || asked.empty()) return out;
  const inspect::Enforced enforced =
      inspect::enforced("", inspect::programs_of(inspection.filters), resolve::native_architecture());
  const inspect::AgainstConfig against = against_config(asked, request.config_file, enforced);
  constexpr std::size_t few = 3;
  if (against.equal()) return out;
  std::string lines = inspect::text_of(against.differences, few);
  std::ranges::replace(lines, '\n', ';');
  while (lines.ends_with(';')) lines.pop_back();
  out.disagreement = concat("its filter is not what config.json asks for:", lines);
  return out;
}

}  // namespace

Agreement agreement(const Request& request, pid_t pid, int patience_ms) {
  std::vector<inspect::Enforced> asked;
  if (request.resolution.as_written && !request.resolution.floor)
    asked = inspect::asked_for(request.config, request.config_file, resolve::native_architecture());
  const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(patience_ms);
  constexpr std::chrono::milliseconds step(10);
  try {
    for (;;) {
      Agreement out = look(request, asked, pid);
      if (out.disagreement.empty() || std::chrono::steady_clock::now() >= until) return out;
      std::this_thread::sleep_for(step);
    }
  } catch (const SystemError& error) {
    if (error.code() == ESRCH) return {};  // it has done its work
    throw;
  }
}

}  // namespace scrim::guard
