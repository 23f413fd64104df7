// SPDX-License-Identifier: Apache-2.0
#include "launcher/init/executable.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "launcher/init/handover.h"
#include "libprofile/text.h"

namespace scrim::init {

namespace {

// 0, or the errno that execve(2) would fail with for want of a file or of permission.
int why_not(const std::string& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) return errno;
  if (S_ISDIR(status.st_mode)) return EISDIR;
  if (!S_ISREG(status.st_mode)) return EACCES;
  // By effective ids, as execve(2) asks.
  return faccessat(AT_FDCWD, path.c_str(), X_OK, AT_EACCESS) == 0 ? 0 : errno;
}

std::string lower_case_reason(int errnum) {
  switch (errnum) {
    case ENOENT:
      return "no such file or directory";
    case EACCES:
      return "permission denied";
    case EISDIR:
      return "is a directory: permission denied";
    default:
      return strerrordesc_np(errnum);
  }
}

}  // namespace

const char* environment_value(const std::vector<std::string>& env, const std::string& name) {
  const char* value = nullptr;
  for (const std::string& entry : env)
    if (entry.size() > name.size() && entry[name.size()] == '=' && entry.compare(0, name.size(), name) == 0)
      value = entry.c_str() + name.size() + 1;
  return value;
}

std::string find_executable(const std::string& name, const std::vector<std::string>& env) {
  const std::string quoted = concat("exec: \"", name, "\": ");
  if (name.find('/') != std::string::npos) {
    const int errnum = why_not(name);
    if (errnum == 0) return name;
    throw ExecutableError(concat(quoted, "stat ", name, ": ", lower_case_reason(errnum)),
                          errnum == ENOENT || errnum == ENOTDIR ? status_not_found : status_cannot_execute);
  }
  int denied = 0;
  const char* path = environment_value(env, "PATH");
  for (const std::string_view directory : split(path != nullptr ? path : "", ':')) {
    if (name.empty() || path == nullptr) break;
    std::string candidate = concat(directory.empty() ? "." : directory, "/", name);
    const int errnum = why_not(candidate);
    if (errnum == 0) return candidate;
    if (errnum == EACCES && denied == 0) denied = errnum;
  }
  if (denied != 0) throw ExecutableError(concat(quoted, lower_case_reason(denied)), status_cannot_execute);
  throw ExecutableError(concat(quoted, "executable file not found in $PATH"), status_not_found);
}

}  // namespace scrim::init
