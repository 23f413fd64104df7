// SPDX-License-Identifier: Apache-2.0
#include "libprofile/inspect/process.h"

#include <dirent.h>

#include <algorithm>
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

Inspection inspect(pid_t pid) {
  Inspection out;
  out.pid = pid;
  out.threads = kernel::threads_of(pid);
  out.place = place_of_process(out.first().tid);
  if (out.first().mode == kernel::SeccompMode::filter) try {
      out.filters = kernel::filters_of(out.first().tid);
    } catch (const SystemError& error) {
      out.not_read = error.what();
    }
  // Equal numbers of filters may still be different filters; of very many threads that stays unknown, rather
  // than stopping each of them.
  constexpr std::size_t most_threads = 256;
  const bool read_each = out.not_read.empty() && out.threads.size() <= most_threads;
  for (const kernel::ThreadStatus& thread : out.threads) {
    if (thread.tid == out.first().tid) continue;
    bool differs = !alike(thread, out.first());
    if (!differs && read_each && thread.mode == kernel::SeccompMode::filter) try {
        differs = !same(kernel::filters_of(thread.tid), out.filters);
      } catch (const SystemError&) {
        continue;  // it ended
      }
    if (differs) out.differing.push_back(thread);
  }
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
