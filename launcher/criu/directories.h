// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "launcher/criu/options.h"
#include "launcher/os/fd.h"

namespace scrim::criu {

// Where criu's images and its log are: --image-path, --work-path. Until keep(), going away takes back what
// criu wrote there meanwhile, except for the log; other files, and those that were there before, stay.
class Directories {
 public:
  // `log_name`: an old one of that name is removed, so that what is read afterwards is this criu's.
  // make: makes those that do not exist (mode 0700: memory of the container will lie there), as runc does.
  // Throws SystemError, and then none that it made is left.
  enum class Make : bool { no, yes };
  Directories(const Options& options, const std::string& log_name, Make make);

  [[nodiscard]] const os::Fd& images() const { return images_.fd(); }
  [[nodiscard]] const std::string& images_path() const { return images_.path(); }
  [[nodiscard]] std::string log_path() const;
  // The log's text; empty if there is none.
  [[nodiscard]] std::string log() const;
  // For criu: both, and the log.
  [[nodiscard]] std::vector<std::string> arguments() const;

  void keep();

 private:
  // One of them: made if need be, and until keep() not to be left otherwise than it was.
  class Directory {
   public:
    // Which names are criu's own in it.
    using IsWritten = bool (*)(std::string_view name);
    Directory(const std::string& path, Make make, IsWritten is_written);
    Directory(const Directory&) = delete;
    Directory& operator=(const Directory&) = delete;
    ~Directory();
    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] const os::Fd& fd() const { return fd_; }
    void keep() { kept_ = true; }

   private:
    Directory(std::string path, bool made, IsWritten is_written);
    void take_back_files() const;

    std::string path_;
    bool made_;
    IsWritten is_written_;
    os::Fd fd_;
    std::optional<std::vector<std::string>> before_;  // what was in it; nothing: not known
    bool kept_ = false;
  };

  Directory images_;
  Directory work_;
  std::string log_name_;
};

}  // namespace scrim::criu
