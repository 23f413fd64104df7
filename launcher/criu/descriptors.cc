// SPDX-License-Identifier: Apache-2.0
#include "launcher/criu/descriptors.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>

#include "launcher/os/mountinfo.h"
#include "libprofile/document/file.h"
#include "libprofile/document/json.h"
#include "libprofile/error.h"
#include "libprofile/inspect/proc_files.h"
#include "libprofile/text.h"

namespace scrim::criu {

using document::json::Value;

namespace {

constexpr const char* file_name = "descriptors.json";

std::string hex(std::uint64_t number) {
  return hexadecimal(number).substr(2);
}

bool is_pipe(std::string_view key) {
  return key.starts_with("pipe:[");
}

// The mount that an open file is on (proc_pid_fdinfo(5)); empty if there is no such file.
std::string mount_id(pid_t pid, std::size_t number) {
  try {
    const std::string text = os::read_kernel_file(concat("/proc/", pid, "/fdinfo/", number));
    for (const std::string_view line : split(text, '\n'))
      if (line.starts_with("mnt_id:")) return std::string(line.substr(line.find_first_of("0123456789")));
  } catch (const SystemError&) {  // NOLINT(bugprone-empty-catch): it has closed it
  }
  return {};
}

// A file, FIFO or device of the host, as criu names it (dump_one_reg_file()).
std::optional<std::string> file_key(pid_t pid, std::size_t number, std::string_view mountinfo) {
  const std::string path = concat("/proc/", pid, "/fd/", number);
  struct stat status {};
  // It leads to the open file itself, whatever its name leads to now.
  if (!inspect::link_of(path).value_or("").starts_with('/') || stat(path.c_str(), &status) != 0)
    return std::nullopt;
  const std::string id = mount_id(pid, number);
  const std::vector<os::MountLine> lines = os::mount_lines(mountinfo);
  if (id.empty() || std::ranges::find(lines, id, &os::MountLine::id) != lines.end()) return std::nullopt;
  return concat("file[", hex(std::stoull(id)), ":", hex(status.st_ino), "]");
}

std::string to_text(const StandardStreams& streams) {
  Value::Array array;
  for (const std::string& stream : streams) array.emplace_back(Value::Data(stream));
  return document::json::to_text(Value(Value::Data(std::move(array))));
}

}  // namespace

StandardStreams own_streams() {
  StandardStreams streams;
  for (std::size_t number = 0; number < streams.size(); ++number)
    if (std::optional<std::string> link = inspect::link_of(concat("/proc/self/fd/", number));
        link && is_pipe(*link))
      streams.at(number) = std::move(*link);
  return streams;
}

StandardStreams dumped_streams(pid_t pid, const StandardStreams& at_creation, std::string_view mountinfo) {
  StandardStreams streams = at_creation;
  for (std::size_t number = 0; number < streams.size(); ++number)
    if (std::optional<std::string> key = file_key(pid, number, mountinfo))
      streams.at(number) = std::move(*key);
  return streams;
}

bool is_external_file(std::string_view key) {
  return key.starts_with("file[");
}

StreamsFile::StreamsFile(const os::Fd& images, const StandardStreams& streams)
    : file_(images, file_name, to_text(streams), 0600) {}

void remove_streams(const os::Fd& images) {
  if (unlinkat(images.get(), file_name, 0) != 0 && errno != ENOENT)
    throw_errno(concat("remove ", file_name, " of an earlier checkpoint"));
}

StandardStreams read_streams(const os::Fd& images, const std::string& images_path) {
  const std::string path = concat(images_path, "/", file_name);
  const os::Fd file(openat(images.get(), file_name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!file && errno == ENOENT)
    throw Error(
        concat(path, ": there is none: ", images_path, " is no checkpoint, or one that was not finished"));
  if (!file) throw_errno(concat("open ", path));
  const Value value = document::json::parse(document::read_text(file.get(), path), path);
  StandardStreams streams;
  const Value::Array* array = value.array();
  for (std::size_t i = 0; array != nullptr && i < std::min(array->size(), streams.size()); ++i)
    if (const std::string* text = (*array)[i].string();
        text != nullptr && (is_pipe(*text) || is_external_file(*text)))
      streams.at(i) = *text;
  return streams;
}

}  // namespace scrim::criu
