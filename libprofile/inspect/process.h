// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libprofile/inspect/known.h"
#include "libprofile/inspect/place.h"
#include "libprofile/kernel/read_back.h"

// Processes that run, and what is enforced on them.
namespace scrim::inspect {

struct FilteredProcess {
  pid_t pid = 0;
  kernel::ThreadStatus status;  // of its first thread that lives
  Place place;
};
// Every process that `wanted` is true for; those that end meanwhile are left out.
[[nodiscard]] std::vector<FilteredProcess> processes_where(
    const std::function<bool(const FilteredProcess&)>& wanted);

// What is known of one process.
struct Inspection {
  pid_t pid = 0;
  Place place;
  std::vector<kernel::ThreadStatus> threads;
  std::vector<kernel::LoadedFilter> filters;  // of the first thread, the one installed last first
  // Why these are not known although there are some; empty if they are.
  std::string not_read;
  // Threads on which something else is enforced than on the first one.
  std::vector<kernel::ThreadStatus> differing;
  // How many it is known of whether they differ, the first one among them if its filters are known. Of the
  // others it is known that they have as many filters, and here why no more.
  std::size_t threads_read = 0;
  std::string threads_not_read;
  [[nodiscard]] const kernel::ThreadStatus& first() const { return threads.front(); }
};
// Throws Error if there is no such process. Filters that could not be read are no error. Every thread is
// stopped for as long as filters_of() says; no more of them after `most`, or once one does not stop.
[[nodiscard]] Inspection inspect(pid_t pid, std::chrono::milliseconds most = std::chrono::seconds(2));

// Filters together, in the form that the rest of this folder takes.
[[nodiscard]] std::vector<filter::Program> programs_of(const std::vector<kernel::LoadedFilter>& filters);

// What a process' default profile would be: this machine, its kernel, and the process' bounding set.
[[nodiscard]] resolve::Target target_of(const kernel::ThreadStatus& status);

}  // namespace scrim::inspect
