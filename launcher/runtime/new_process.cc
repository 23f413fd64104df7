// SPDX-License-Identifier: Apache-2.0
#include "launcher/runtime/new_process.h"

#include <fcntl.h>
#include <sys/resource.h>

#include <cerrno>

#include "launcher/os/in_root.h"
#include "launcher/os/socket.h"
#include "libprofile/error.h"
#include "libprofile/text.h"

namespace scrim::runtime {

void set_oom_score(pid_t pid, int score) {
  const std::string path = concat("/proc/", pid, "/oom_score_adj");
  const os::Fd file = os::open(path, O_WRONLY);
  os::write_all(file.get(), std::to_string(score), concat("process.oomScoreAdj ", score, " to ", path));
}

void set_limits(pid_t pid, const std::vector<bundle::Rlimit>& limits) {
  for (const bundle::Rlimit& limit : limits) {
    const rlimit value{limit.soft, limit.hard};
    if (prlimit(pid, static_cast<__rlimit_resource>(limit.resource), &value, nullptr) == 0) continue;
    const std::string doing = concat("set ", limit.name, " to ", limit.soft, " (hard ", limit.hard, ")");
    if (errno == EPERM) throw SystemError(EPERM, doing, "raising a hard limit needs CAP_SYS_RESOURCE");
    throw_errno(doing);
  }
}

void write_pid_file(const std::string& path, pid_t pid) {
  if (path.empty()) return;
  const os::SplitPath where = os::split_last(path);
  const bool relative = path.find('/') == std::string::npos;
  const os::Fd directory = os::open(relative ? "." : where.directory, O_PATH | O_DIRECTORY);
  os::place_file(directory, where.name, std::to_string(pid), 0644);
}

void send_pidfd(const std::string& socket_path, const os::Fd& pidfd, const std::string& kind) {
  if (socket_path.empty()) return;
  const os::Fd socket = os::connect_to(socket_path);
  os::send_descriptor(socket, pidfd, kind, concat("the pidfd socket ", socket_path));
}

}  // namespace scrim::runtime
