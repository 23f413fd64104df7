// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "launcher/criu/options.h"
#include "launcher/os/fd.h"

namespace scrim::criu {

// Where criu's images and its log are: --image-path, --work-path. Until keep(), going away takes back what
// was written there meanwhile, except for the log.
class Directories {
 public:
  // `log_name`: an old one of that name is removed, so that what is read afterwards is this criu's.
  // make: makes those that do not exist (mode 0700: memory of the container will lie there), as runc does.
  enum class Make : bool { no, yes };
  Directories(const Options& options, const std::string& log_name, Make make);
  Directories(const Directories&) = delete;
  Directories& operator=(const Directories&) = delete;
  ~Directories();

  [[nodiscard]] const os::Fd& images() const { return images_.fd; }
  [[nodiscard]] const std::string& images_path() const { return images_.path; }
  [[nodiscard]] std::string log_path() const;
  // The log's text; empty if there is none.
  [[nodiscard]] std::string log() const;
  // For criu: both, and the log.
  [[nodiscard]] std::vector<std::string> arguments() const;

  void keep() { kept_ = true; }

 private:
  struct Directory {
    std::string path;
    os::Fd fd;
    bool made = false;
    std::vector<std::string> names;  // in it before
  };
  static Directory open(const std::string& path, Make make);
  void take_back(const Directory& directory) const;

  Directory images_;
  Directory work_;
  std::string log_name_;
  bool kept_ = false;
};

}  // namespace scrim::criu
