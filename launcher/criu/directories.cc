// SPDX-License-Identifier: Apache-2.0
#include "launcher/criu/directories.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "launcher/os/directory.h"
#include "libprofile/error.h"
#include "libprofile/text.h"

namespace scrim::criu {

namespace {

// criu's image-desc.c; "parent" leads to the images of a dump before this one.
bool is_image(std::string_view name) {
  return name.ends_with(".img") || name == "irmap-cache" || name == "parent";
}

bool is_statistics(std::string_view name) {
  return name == "stats-dump";
}

bool make_directory(const std::string& path) {
  if (mkdir(path.c_str(), 0700) == 0) return true;
  if (errno != EEXIST) throw_errno(concat("make directory ", path));
  return false;
}

std::string absolute(const std::string& path) {
  return std::filesystem::absolute(path).lexically_normal().string();
}

}  // namespace

Directories::Directory::Directory(std::string path, bool made, IsWritten is_written)
    : path_(std::move(path)), made_(made), is_written_(is_written) {}

// From here on it has a destructor, also if something fails.
Directories::Directory::Directory(const std::string& path, Make make, IsWritten is_written)
    : Directory(absolute(path), make == Make::yes && make_directory(absolute(path)), is_written) {
  fd_ = os::open(path_, O_RDONLY | O_DIRECTORY);
  before_ = os::names_in(fd_, path_);
}

Directories::Directory::~Directory() {
  if (kept_) return;
  try {
    take_back_files();
  } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): they stay
  }
  // Which fails if the log lies in it.
  if (made_) (void)rmdir(path_.c_str());
}

void Directories::Directory::take_back_files() const {
  if (!before_) return;
  for (const std::string& name : os::names_in(fd_, path_))
    if (is_written_(name) && std::ranges::find(*before_, name) == before_->end())
      (void)unlinkat(fd_.get(), name.c_str(), 0);
}

// criu writes its statistics where its log is.
Directories::Directories(const Options& options, const std::string& log_name, Make make)
    : images_(options.image_path, make, is_image),
      work_(options.work_path.empty() ? options.image_path : options.work_path,
            options.work_path.empty() ? Make::no : Make::yes, is_statistics),
      log_name_(log_name) {
  if (unlinkat(work_.fd().get(), log_name_.c_str(), 0) != 0 && errno != ENOENT)
    throw_errno(concat("remove ", log_path()));
}

void Directories::keep() {
  images_.keep();
  work_.keep();
}

std::string Directories::log_path() const {
  return concat(work_.path(), "/", log_name_);
}

std::string Directories::log() const {
  try {
    return os::read_kernel_file_at(work_.fd(), log_name_);
  } catch (const SystemError&) {
    return {};
  }
}

std::vector<std::string> Directories::arguments() const {
  return {"--images-dir", images_.path(), "--work-dir", work_.path(), "--log-file", log_name_};
}

}  // namespace scrim::criu
