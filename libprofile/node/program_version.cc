// SPDX-License-Identifier: Apache-2.0
#include "libprofile/node/program_version.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>

#include "libprofile/error.h"
#include "libprofile/inspect/proc_files.h"
#include "libprofile/text.h"

namespace scrim::node {

namespace {

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { close(); }
  [[nodiscard]] int get() const { return fd_; }
  void close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }

 private:
  int fd_;
};

bool is_roots_alone(const struct stat& status) {
  return status.st_uid == 0 && (status.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

// Whether nobody but root can have put a file there: every directory from / down. Looked at from the top, so
// that none can be changed by others once the one above it has been found good.
bool directories_are_roots_alone(const std::string& file) {
  for (std::size_t end = file.find('/'); end != std::string::npos; end = file.find('/', end + 1)) {
    struct stat status {};
    const std::string directory = file.substr(0, std::max<std::size_t>(end, 1));
    if (lstat(directory.c_str(), &status) != 0 || !S_ISDIR(status.st_mode) || !is_roots_alone(status))
      return false;
  }
  return file.starts_with('/');
}

// Of what is open, not of the path: what is checked is what is run, whatever becomes of the path.
void check_is_roots_alone(const Descriptor& program, const std::string& path) {
  struct stat status {};
  if (fstat(program.get(), &status) != 0) throw_errno(concat("look at ", path));
  const std::string real = inspect::link_of(concat("/proc/self/fd/", program.get())).value_or("");
  if (!S_ISREG(status.st_mode) || !is_roots_alone(status) || !directories_are_roots_alone(real))
    throw Error(concat(path, ": not run for its version: others than root can change it"));
}

// A child in a process group of its own, which ends with it.
class Child {
 public:
  explicit Child(pid_t pid) : pid_(pid) {}
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    ::kill(-pid_, SIGKILL);
    while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) continue;
  }

 private:
  pid_t pid_;
};

pid_t spawn_version(const std::string& path, int program, int output) {
  constexpr int descriptor = STDERR_FILENO + 1;  // not closed on exec: a script's interpreter opens it again
  const std::string executed = concat("/proc/self/fd/", descriptor);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, program, descriptor);
  posix_spawn_file_actions_addclosefrom_np(&actions, descriptor + 1);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  std::string name = path;
  std::string option = "--version";
  const std::array<char*, 3> arguments{name.data(), option.data(), nullptr};
  const std::array<char*, 1> environment{nullptr};
  pid_t pid = 0;
  const int failed =
      posix_spawn(&pid, executed.c_str(), &actions, &attributes, arguments.data(), environment.data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) throw SystemError(failed, concat("run ", path, " --version"));
  return pid;
}

}  // namespace

std::string installed_program(std::string_view name) {
  for (const std::string_view directory :
       {"/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"}) {
    std::string path = concat(directory, "/", name);
    if (access(path.c_str(), X_OK) == 0) return path;
  }
  return {};
}

std::string version_output(const std::string& path) {
  const Descriptor program(::open(path.c_str(), O_PATH | O_CLOEXEC));
  if (program.get() < 0) throw_errno(concat("open ", path));
  check_is_roots_alone(program, path);
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) throw_errno("make a pipe");
  const Descriptor output(ends[0]);
  Descriptor input(ends[1]);
  const Child child(spawn_version(path, program.get(), input.get()));
  input.close();
  constexpr std::size_t most = std::size_t{64} << 10;
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(2);
  std::string text;
  std::array<char, 4096> buffer{};
  while (text.size() < most) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
    pollfd readable{output.get(), POLLIN, 0};
    const int ready = left.count() <= 0 ? 0 : poll(&readable, 1, static_cast<int>(left.count()));
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) throw Error(concat("run ", path, " --version: no answer within two seconds"));
    const ssize_t got = read(output.get(), buffer.data(), buffer.size());
    if (got <= 0) break;
    text.append(buffer.data(), static_cast<std::size_t>(got));
  }
  return text;
}

std::optional<std::string> version_in(std::string_view text) {
  const auto digit = [&](std::size_t i) { return i < text.size() && text[i] >= '0' && text[i] <= '9'; };
  for (std::size_t i = 0; i < text.size(); ++i) {
    // A word of its own, or after "v": not the 2 of "runc-v2".
    if (!digit(i) || (i > 0 && text[i - 1] != ' ' && text[i - 1] != 'v' && text[i - 1] != '\t')) continue;
    std::size_t end = i;
    unsigned dots = 0;
    while (digit(end) || (text.substr(end, 1) == "." && digit(end + 1))) {
      if (text[end] == '.') ++dots;
      ++end;
    }
    if (dots >= 1) return std::string(text.substr(i, end - i));
    i = end;
  }
  return std::nullopt;
}

}  // namespace scrim::node
