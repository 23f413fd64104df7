// SPDX-License-Identifier: Apache-2.0
#include "libprofile/inspect/process.h"

#include <dirent.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <memory>

#include "libprofile/error.h"
#include "libprofile/text.h"

namespace scrim::inspect {

namespace {

bool same(const std::vector<kernel::LoadedFilter>& a, const std::vector<kernel::LoadedFilter>& b) {
  return std::ranges::equal(a, b, [](const kernel::LoadedFilter& x, const kernel::LoadedFilter& y) {
    return same_program(x.program, y.program);
  });
}

bool alike(const kernel::ThreadStatus& a, const kernel::ThreadStatus& b) {
  return a.mode == b.mode && a.filters == b.filters;
}

// A first thread that has ended waits as a zombie for the others, which run on.
kernel::ThreadStatus status_of_living(pid_t pid) {
  try {
    return kernel::status_of(pid, pid);
  } catch (const SystemError& error) {
    if (error.code() != ESRCH) throw;
    return kernel::threads_of(pid).front();
  }
}

}  // namespace

std::vector<FilteredProcess> processes_where(const std::function<bool(const FilteredProcess&)>& wanted) {
  const auto close_dir = [](DIR* stream) { closedir(stream); };
  const std::unique_ptr<DIR, decltype(close_dir)> entries(opendir("/proc"), close_dir);
  if (!entries) throw_errno("list /proc");
  std::vector<FilteredProcess> all;
  while (const dirent* entry = readdir(entries.get())) {
    const std::string_view name = entry->d_name;
    FilteredProcess each;
    if (std::from_chars(name.data(), name.data() + name.size(), each.pid).ptr != name.data() + name.size() ||
        each.pid <= 0)
      continue;
    try {
      each.status = status_of_living(each.pid);
    } catch (const SystemError&) {
      continue;
    }
    each.place = place_of_process(each.status.tid);
    if (wanted(each)) all.push_back(std::move(each));
  }
  std::ranges::sort(all, {}, &FilteredProcess::pid);
  return all;
}

namespace {

// A thread that has ended and waits for its tracer is refused with EPERM (kernel/ptrace.c, ptrace_attach()).
bool has_ended(pid_t pid, pid_t tid, const SystemError& error) {
  if (error.code() == ESRCH) return true;
  try {
    (void)kernel::status_of(pid, tid);
    return false;
  } catch (const SystemError& gone) {
    return gone.code() == ESRCH;
  }
}

// Fills in what is known of the threads behind the first one, and takes out those that ended.
void compare_threads(Inspection& out, std::chrono::steady_clock::time_point until) {
  const kernel::ThreadStatus first = out.first();
  std::vector<kernel::ThreadStatus> living{first};
  out.threads_not_read = out.not_read;
  bool stopping = out.not_read.empty();
  out.threads_read = stopping ? 1 : 0;
  for (std::size_t i = 1; i < out.threads.size(); ++i) {
    const kernel::ThreadStatus& thread = out.threads[i];
    std::optional<bool> differs;
    if (!alike(thread, first)) {
      differs = true;
    } else if (thread.mode != kernel::SeccompMode::filter) {
      differs = false;
    } else if (stopping && std::chrono::steady_clock::now() >= until) {
      stopping = false;
      out.threads_not_read = "they are too many for the time that they may take";
    } else if (stopping)
      try {
        // Equal numbers of filters may still be different filters.
        differs = !same(kernel::filters_of(thread.tid), out.filters);
      } catch (const SystemError& error) {
        if (has_ended(out.pid, thread.tid, error)) continue;
        out.threads_not_read = error.what();
        stopping = error.code() != ETIMEDOUT;
      }
    if (differs) ++out.threads_read;
    if (differs == true) out.differing.push_back(thread);
    living.push_back(thread);
  }
  out.threads = std::move(living);
}

}  // namespace

Inspection inspect(pid_t pid, std::chrono::milliseconds most) {
  const auto until = std::chrono::steady_clock::now() + most;
  Inspection out;
  out.pid = pid;
  out.threads = kernel::threads_of(pid);
  out.place = place_of_process(out.first().tid);
  if (out.first().mode == kernel::SeccompMode::filter) try {
      out.filters = kernel::filters_of(out.first().tid);
    } catch (const SystemError& error) {
      out.not_read = error.what();
    }
  compare_threads(out, until);
  return out;
}

std::vector<filter::Program> programs_of(const std::vector<kernel::LoadedFilter>& filters) {
  std::vector<filter::Program> programs;
  programs.reserve(filters.size());
  for (const kernel::LoadedFilter& each : filters) programs.push_back(each.program);
  return programs;
}

resolve::Target target_of(const kernel::ThreadStatus& status) {
  return {resolve::native_architecture(), resolve::running_kernel(), resolve::CapabilitySet(status.bounding)};
}

}  // namespace scrim::inspect
