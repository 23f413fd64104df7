// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace scrim::os {

// Where messages go. With a file (--log) they are written as runc writes them, so that containerd and Docker
// can show the last error; errors always go to standard error as well. Nothing is set up before the first
// message.
class Log {
 public:
  enum class Format { text, json };
  struct Options {
    std::string file;  // empty: standard error
    Format format = Format::text;
    bool debug = false;  // debug messages too
  };

  // Opens the file for appending. Throws SystemError.
  explicit Log(const Options& options);
  Log(Log&&) noexcept;
  ~Log();

  void debug(std::string_view message);
  void warning(std::string_view message);
  void error(std::string_view message);

 private:
  class Writer;
  std::unique_ptr<Writer> writer_;
};

}  // namespace scrim::os
