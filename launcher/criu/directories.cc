// SPDX-License-Identifier: Apache-2.0
#include "launcher/criu/directories.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <memory>

#include "libprofile/error.h"
#include "libprofile/text.h"

namespace scrim::criu {

namespace {

std::vector<std::string> names_in(const os::Fd& directory) {
  std::vector<std::string> names;
  const int copy = openat(directory.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const auto close_dir = [](DIR* stream) { closedir(stream); };
  const std::unique_ptr<DIR, decltype(close_dir)> entries(copy < 0 ? nullptr : fdopendir(copy));
  if (!entries && copy >= 0) close(copy);
  while (const dirent* entry = entries ? readdir(entries.get()) : nullptr) names.emplace_back(entry->d_name);
  return names;
}

}  // namespace

Directories::Directory Directories::open(const std::string& path, Make make) {
  Directory directory;
  directory.path = std::filesystem::absolute(path).lexically_normal().string();
  if (make == Make::yes) {
    directory.made = mkdir(directory.path.c_str(), 0700) == 0;
    if (!directory.made && errno != EEXIST) throw_errno(concat("make directory ", directory.path));
  }
  directory.fd = os::open(directory.path, O_RDONLY | O_DIRECTORY);
  directory.names = names_in(directory.fd);
  return directory;
}

Directories::Directories(const Options& options, const std::string& log_name, Make make)
    : images_(open(options.image_path, make)),
      work_(open(options.work_path.empty() ? options.image_path : options.work_path,
                 options.work_path.empty() ? Make::no : Make::yes)),
      log_name_(log_name) {
  if (unlinkat(work_.fd.get(), log_name_.c_str(), 0) != 0 && errno != ENOENT)
    throw_errno(concat("remove ", log_path()));
}

Directories::~Directories() {
  if (kept_) return;
  take_back(work_);
  take_back(images_);
}

void Directories::take_back(const Directory& directory) const {
  for (const std::string& name : names_in(directory.fd))
    if (name != log_name_ && std::ranges::find(directory.names, name) == directory.names.end())
      (void)unlinkat(directory.fd.get(), name.c_str(), 0);
  // Which fails if the log lies in it.
  if (directory.made) (void)rmdir(directory.path.c_str());
}

std::string Directories::log_path() const {
  return concat(work_.path, "/", log_name_);
}

std::string Directories::log() const {
  try {
    return os::read_kernel_file_at(work_.fd, log_name_);
  } catch (const SystemError&) {
    return {};
  }
}

std::vector<std::string> Directories::arguments() const {
  return {"--images-dir", images_.path, "--work-dir", work_.path, "--log-file", log_name_};
}

}  // namespace scrim::criu
