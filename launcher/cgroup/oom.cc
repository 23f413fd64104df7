// SPDX-License-Identifier: Apache-2.0
#include "launcher/cgroup/oom.h"

#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <utility>

#include "launcher/cgroup/directory.h"
#include "launcher/cgroup/membership.h"
#include "launcher/cgroup/stats_files.h"
#include "libprofile/error.h"
#include "libprofile/text.h"

namespace scrim::cgroup {

OomWatch::OomWatch(const Cgroup& cgroup) : v2_(is_v2(cgroup)) {
  const std::string* directory = directory_of(cgroup, "memory");
  if (directory == nullptr)
    throw Error("the container has no cgroup with the memory controller (not mounted, or not permitted)");
  directory_ = *directory;
  if (v2_) {
    const std::string events = concat(directory_, "/memory.events");
    source_ = os::Fd(inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
    if (!source_ || inotify_add_watch(source_.get(), events.c_str(), IN_MODIFY) < 0)
      throw_errno(concat("watch ", events));
    killed_ = number_of(read_numbers(directory_, "memory.events"), "oom_kill");
  } else {
    const os::Fd control = os::open(concat(directory_, "/memory.oom_control"), O_RDONLY);
    source_ = os::Fd(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (!source_) throw_errno("make an eventfd");
    write_file(concat(directory_, "/cgroup.event_control"), concat(source_.get(), " ", control.get()));
  }
}

bool OomWatch::take() {
  std::array<char, 4096> buffer;  // of an eventfd eight bytes, of inotify what has come
  const bool news = read(source_.get(), buffer.data(), buffer.size()) > 0;
  if (!news) return false;
  // The removal of a v1 cgroup is an event too.
  if (!v2_) return access(concat(directory_, "/cgroup.event_control").c_str(), F_OK) == 0;
  const std::uint64_t before =
      std::exchange(killed_, number_of(read_numbers(directory_, "memory.events"), "oom_kill"));
  return killed_ > before;
}

}  // namespace scrim::cgroup
