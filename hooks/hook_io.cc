// SPDX-License-Identifier: Apache-2.0
#include "hooks/hook_io.h"

#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include <cerrno>

#include "libprofile/error.h"
#include "libprofile/text.h"

namespace scrim::hooks {

static bool nobody_reads_standard_error() {
  struct stat error {};
  struct stat null {};
  if (fstat(STDERR_FILENO, &error) != 0) return true;
  return stat("/dev/null", &null) == 0 && S_ISCHR(error.st_mode) && error.st_rdev == null.st_rdev;
}

void write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) throw_errno("write to standard output");
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

void report(std::string_view program, int priority, std::string_view kind, std::string_view what) {
  const std::string text = printable(what);
  const std::string line = concat(program, ": ", kind, text, "\n");
  if (nobody_reads_standard_error()) {
    const std::string ident(program);  // openlog(3) keeps the pointer
    openlog(ident.c_str(), LOG_PID, LOG_DAEMON);
    syslog(priority, "%s", text.c_str());
    closelog();
    return;
  }
  // Nobody is left to tell if this fails.
  [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, line.data(), line.size());
}

}  // namespace scrim::hooks
