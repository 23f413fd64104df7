// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "launcher/cgroup/cgroup.h"
#include "launcher/os/fd.h"

namespace scrim::cgroup {

// Tells when a container has no memory left below its limit: v1's memory.oom_control by eventfd
// (Documentation/admin-guide/cgroup-v1/memory.rst, "OOM Control"), v2's memory.events by inotify.
class OomWatch {
 public:
  // Throws Error if the container has no memory controller.
  explicit OomWatch(const Cgroup& cgroup);

  // Readable (poll(2)) when there may be news.
  [[nodiscard]] int fd() const { return source_.get(); }
  // Whether it happened since it was last asked.
  [[nodiscard]] bool take();

 private:
  std::string directory_;
  bool v2_ = false;
  os::Fd source_;
  std::uint64_t killed_ = 0;
};

}  // namespace scrim::cgroup
