// SPDX-License-Identifier: Apache-2.0
#include "launcher/runtime/notify.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <string_view>

#include "launcher/os/socket.h"
#include "libprofile/error.h"
#include "libprofile/text.h"

namespace scrim::runtime {

namespace {

constexpr const char* variable = "NOTIFY_SOCKET";
constexpr const char* inside = "/run/notify";
constexpr int barrier_timeout_ms = 30'000;

std::string host_socket() {
  const char* path = std::getenv(variable);
  return path == nullptr ? "" : path;
}

void tell(const os::Fd& host, std::string_view message) {
  if (send(host.get(), message.data(), message.size(), MSG_NOSIGNAL) < 0)
    throw_errno(concat("send to ", variable));
}

}  // namespace

bool is_notify_wanted() {
  return std::getenv(variable) != nullptr;
}

void prepare_notify(const Container& container, bundle::Spec& spec) {
  if (!spec.process || host_socket().empty()) return;
  const int directory = container.directory().get();
  if (mkdirat(directory, notify_directory, 0755) != 0 || fchmodat(directory, notify_directory, 0755, 0) != 0)
    throw_errno("make the directory of the container's notify socket");
  spec.mounts.push_back({.destination = inside,
                         .type = "bind",
                         .source = concat(os::path_of(container.directory()), "/", notify_directory),
                         .options = {"bind", "nosuid", "noexec", "nodev", "ro"},
                         .uid_mappings = {},
                         .gid_mappings = {}});
  std::vector<std::string>& env = spec.process->env;
  std::erase_if(env, [](const std::string& entry) { return entry.starts_with("NOTIFY_SOCKET="); });
  env.push_back(concat(variable, "=", inside, "/notify.sock"));
}

bool has_notify(const Container& container) {
  return faccessat(container.directory().get(), notify_directory, F_OK, 0) == 0;
}

std::optional<Notify> Notify::listen(const Container& container) {
  const std::string host = host_socket();
  const int directory = container.directory().get();
  if (host.empty() || !has_notify(container)) return std::nullopt;
  os::Fd to_host = os::connect_datagram(host);
  // Of a `start` that was interrupted.
  if (unlinkat(directory, notify_socket, 0) != 0 && errno != ENOENT)
    throw_errno("remove the container's old notify socket");
  os::Fd socket = os::datagrams_in(container.directory(), notify_socket);
  // For whoever the program runs as; the directory is in this container only.
  if (fchmodat(directory, notify_socket, 0777, 0) != 0)
    throw_errno("open the container's notify socket to everyone");
  return Notify(std::move(socket), std::move(to_host));
}

bool Notify::pass_on(pid_t main_pid) const {
  // Descriptors that come along are not taken: there is no room for them (recvmsg(2)).
  std::array<char, 4096> datagram{};
  const ssize_t length = recv(socket_.get(), datagram.data(), datagram.size(), MSG_DONTWAIT);
  if (length <= 0) return false;
  for (const std::string_view line : split({datagram.data(), static_cast<std::size_t>(length)}, '\n')) {
    if (!line.starts_with("READY=1")) continue;
    tell(host_, "READY=1\n");
    tell(host_, concat("MAINPID=", main_pid, "\n"));
    return true;
  }
  return false;
}

void Notify::wait_for_host() const {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) throw_errno("make a pipe for BARRIER=1");
  const os::Fd reading(ends[0]);
  os::Fd writing(ends[1]);
  os::send_descriptor(host_, writing, "BARRIER=1", variable);
  writing.reset();
  // The host closes its end when it has seen everything before. Older ones do not know of it.
  pollfd closed{reading.get(), POLLIN, 0};
  while (poll(&closed, 1, barrier_timeout_ms) < 0 && errno == EINTR) continue;
}

void Notify::wait(const os::Fd& pidfd, pid_t main_pid) const {
  for (;;) {
    std::array<pollfd, 2> events{pollfd{socket_.get(), POLLIN, 0}, pollfd{pidfd.get(), POLLIN, 0}};
    if (poll(events.data(), events.size(), -1) < 0 && errno != EINTR)
      throw_errno("wait for the container to be ready");
    if ((events[0].revents & POLLIN) != 0) {
      if (pass_on(main_pid)) return wait_for_host();
    } else if (events[1].revents != 0) {
      return;
    }
  }
}

}  // namespace scrim::runtime
