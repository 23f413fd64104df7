// SPDX-License-Identifier: Apache-2.0
#include "launcher/os/log.h"

#include <fcntl.h>

// Header-only: Debian has no static spdlog and fmt, and a dynamic one costs more start time than all of
// `state`.
#define FMT_HEADER_ONLY
// Their headers are not written for our warnings.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wpedantic"
#include <spdlog/details/null_mutex.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/base_sink.h>
#pragma GCC diagnostic pop

#include "launcher/os/fd.h"
#include "launcher/os/time.h"
#include "libprofile/document/json.h"
#include "libprofile/error.h"
#include "libprofile/text.h"

namespace scrim::os {

namespace {

// logrus' names, which runc's callers know.
std::string level_name(spdlog::level::level_enum level) {
  switch (level) {
    case spdlog::level::debug:
      return "debug";
    case spdlog::level::warn:
      return "warning";
    default:
      return "error";
  }
}

// Lines as logrus' JSONFormatter and TextFormatter write them, to a descriptor.
class RuncSink final : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
 public:
  RuncSink(Fd file, Log::Format format) : file_(std::move(file)), format_(format) {}

 private:
  void sink_it_(const spdlog::details::log_msg& message) override {
    using document::json::Value;
    const std::string level = level_name(message.level);
    const std::string text(message.payload.data(), message.payload.size());
    const std::string as_json = document::json::to_text(Value(Value::Data(utf8(text))));
    if (!file_) {
      write_all(STDERR_FILENO,
                concat("scrim: ", level == "error" ? "" : concat(level, ": "), printable(text), "\n"),
                "standard error");
    } else if (format_ == Log::Format::json) {
      write_all(file_.get(),
                concat("{\"level\":\"", level, "\",\"msg\":", as_json, ",\"time\":\"",
                       rfc3339(message.time, Fraction::none), "\"}\n"),
                "log");
    } else {
      write_all(file_.get(),
                concat("time=\"", rfc3339(message.time, Fraction::none), "\" level=", level,
                       " msg=", printable(as_json), "\n"),
                "log");
    }
  }
  void flush_() override {}

  Fd file_;
  Log::Format format_;
};

Fd open_log(const std::string& path) {
  // O_NONBLOCK: containerd gives a FIFO here in places; one that nobody reads must not hold us up.
  return open(path, O_WRONLY | O_CREAT | O_APPEND | O_NONBLOCK | O_NOCTTY, 0644);
}

}  // namespace

class Log::Writer {
 public:
  explicit Writer(const Options& options)
      : options_(options), file_(options.file.empty() ? Fd() : open_log(options.file)) {}

  void write(spdlog::level::level_enum level, std::string_view message) {
    if (level == spdlog::level::debug && !options_.debug) return;
    try {
      if (!logger_) {
        logger_ = std::make_unique<spdlog::logger>(
            "scrim", std::make_shared<RuncSink>(std::move(file_), options_.format));
        logger_->set_level(spdlog::level::debug);
      }
      logger_->log(level, spdlog::string_view_t(message.data(), message.size()));
      if (level == spdlog::level::err && !options_.file.empty())
        write_all(STDERR_FILENO, concat("scrim: ", printable(message), "\n"), "standard error");
    } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): a full disk or a closed pipe must not
                                       // stop a start
    }
  }

 private:
  Options options_;
  Fd file_;
  std::unique_ptr<spdlog::logger> logger_;
};

Log::Log(const Options& options) : writer_(std::make_unique<Writer>(options)) {}
Log::Log(Log&&) noexcept = default;
Log::~Log() = default;

void Log::debug(std::string_view message) {
  writer_->write(spdlog::level::debug, message);
}
void Log::warning(std::string_view message) {
  writer_->write(spdlog::level::warn, message);
}
void Log::error(std::string_view message) {
  writer_->write(spdlog::level::err, message);
}

}  // namespace scrim::os
