// SPDX-License-Identifier: Apache-2.0
#include "libprofile/kernel/listener.h"

#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdlib>
#include <fstream>
#include <string>
#include <utility>

#include "libprofile/error.h"
#include "libprofile/text.h"

namespace scrim::kernel {

namespace {

// The kernel's structures may be longer than those that this program was built with
// (SECCOMP_GET_NOTIF_SIZES); they were 80 and 24 bytes since 5.0.
constexpr std::size_t room = 1024;

template <typename T>
union Padded {
  T value;
  std::array<char, room> bytes;
  Padded() : bytes{} {}
};

}  // namespace

Listener::Listener(Listener&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

Listener& Listener::operator=(Listener&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

Listener::~Listener() {
  if (descriptor_ >= 0) close(descriptor_);
}

std::optional<Notification> Listener::receive() const {
  Padded<seccomp_notif> request;
  if (ioctl(descriptor_, SECCOMP_IOCTL_NOTIF_RECV, &request) != 0) {
    if (errno == ENOENT || errno == EINTR) return std::nullopt;
    throw_errno("receive a call from the seccomp listener");
  }
  return Notification{request.value.id, static_cast<pid_t>(request.value.pid), request.value.data};
}

bool Listener::waits(std::uint64_t id) const {
  return ioctl(descriptor_, SECCOMP_IOCTL_NOTIF_ID_VALID, &id) == 0;
}

// The process of a thread (proc_pid_status(5), "Tgid").
static std::optional<pid_t> process_of(pid_t thread) {
  std::ifstream status(concat("/proc/", thread, "/status"));
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("Tgid:")) return static_cast<pid_t>(std::strtol(line.c_str() + 5, nullptr, 10));
  return std::nullopt;
}

// While its thread waits for the answer, the numbers are the thread's and its process'; after that they could
// be somebody else's. So: take hold of what has the number, see that the thread still waits, and only then
// kill what is held.
bool Listener::kill(const Notification& notification) const {
  const std::optional<pid_t> process = process_of(notification.pid);
  if (!process) return false;
  const auto pidfd = static_cast<int>(syscall(SYS_pidfd_open, *process, 0));
  if (pidfd < 0) return false;
  const bool killed =
      waits(notification.id) && syscall(SYS_pidfd_send_signal, pidfd, SIGKILL, nullptr, 0) == 0;
  close(pidfd);
  return killed;
}

bool Listener::answer(const Notification& notification, const Answer& answer) const {
  if (answer.kind == Answer::Kind::kill && notification.pid != 0 && kill(notification)) return true;
  Padded<seccomp_notif_resp> response;
  response.value.id = notification.id;
  if (answer.kind == Answer::Kind::proceed)
    response.value.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
  else
    // A process that cannot be killed from here is refused the call at least.
    response.value.error = -(answer.kind == Answer::Kind::fail ? answer.error : EPERM);
  if (ioctl(descriptor_, SECCOMP_IOCTL_NOTIF_SEND, &response) == 0) return true;
  if (errno == ENOENT || errno == EINTR) return false;
  throw_errno("answer a call of the seccomp listener");
}

}  // namespace scrim::kernel
