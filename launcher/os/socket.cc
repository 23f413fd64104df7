// SPDX-License-Identifier: Apache-2.0
#include "launcher/os/socket.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>

#include "libprofile/error.h"
#include "libprofile/text.h"

namespace scrim::os {

namespace {

sockaddr_un address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) throw SystemError(ENAMETOOLONG, concat("use socket ", path));
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  return address;
}

Fd unix_socket(int type) {
  Fd socket(::socket(AF_UNIX, type | SOCK_CLOEXEC, 0));
  if (!socket) throw_errno("make a unix socket");
  return socket;
}

Fd stream_socket(int flags = 0) {
  return unix_socket(SOCK_STREAM | flags);
}

void bind_in(const Fd& socket, const Fd& directory, const std::string& name) {
  const sockaddr_un address = address_of(concat(proc_path(directory), "/", name));
  if (bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    throw_errno(concat("bind socket ", name));
}

// A message with some bytes and room for descriptors beside them (cmsg(3)). Points into itself.
class Letter {
 public:
  Letter(char* text, std::size_t size, std::size_t descriptors) : content_{text, size} {
    message_.msg_iov = &content_;
    message_.msg_iovlen = 1;
    if (descriptors == 0) return;
    message_.msg_control = control_.data();
    message_.msg_controllen = CMSG_SPACE(descriptors * sizeof(int));
  }
  Letter(const Letter&) = delete;
  Letter& operator=(const Letter&) = delete;
  [[nodiscard]] msghdr& message() { return message_; }

 private:
  iovec content_;
  alignas(cmsghdr) std::array<char, CMSG_SPACE(most_descriptors * sizeof(int))> control_{};
  msghdr message_{};
};

}  // namespace

std::pair<Fd, Fd> socket_pair() {
  std::array<int, 2> ends{};
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0)
    throw_errno("make a pair of sockets");
  return {Fd(ends[0]), Fd(ends[1])};
}

Fd listen_in(const Fd& directory, const std::string& name) {
  Fd socket = stream_socket();
  bind_in(socket, directory, name);
  if (listen(socket.get(), 8) != 0) throw_errno(concat("listen on socket ", name));
  return socket;
}

std::optional<Fd> connect_in(const Fd& directory, const std::string& name) {
  Fd socket = stream_socket();
  const sockaddr_un address = address_of(concat(proc_path(directory), "/", name));
  if (connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return socket;
  if (errno == ECONNREFUSED || errno == ENOENT) return std::nullopt;
  throw_errno(concat("connect to socket ", name));
}

bool is_listened_to(const Fd& directory, const std::string& name) {
  const Fd socket = stream_socket(SOCK_NONBLOCK);
  const sockaddr_un address = address_of(concat(proc_path(directory), "/", name));
  if (connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return true;
  // EAGAIN: too many wait to be accepted already (connect(2)).
  if (errno == EAGAIN) return true;
  if (errno == ECONNREFUSED || errno == ENOENT) return false;
  throw_errno(concat("connect to socket ", name));
}

Fd connect_to(const std::string& path) {
  Fd socket = stream_socket();
  const sockaddr_un address = address_of(path);
  if (connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    throw_errno(concat("connect to ", path));
  return socket;
}

Fd datagrams_in(const Fd& directory, const std::string& name) {
  Fd socket = unix_socket(SOCK_DGRAM);
  bind_in(socket, directory, name);
  return socket;
}

Fd connect_datagram(const std::string& path) {
  Fd socket = unix_socket(SOCK_DGRAM);
  sockaddr_un address = address_of(path);
  auto length = static_cast<socklen_t>(sizeof address);
  if (path.front() == '@') {
    // unix(7): abstract names begin with a null byte, and end where the address does.
    address.sun_path[0] = '\0';
    length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size());
  }
  if (connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), length) != 0)
    throw_errno(concat("connect to ", path));
  return socket;
}

void send_descriptors(const Fd& socket, std::span<const int> descriptors, std::string_view text,
                      const std::string& name) {
  if (descriptors.size() > most_descriptors) throw SystemError(E2BIG, concat("send descriptors to ", name));
  Letter letter(const_cast<char*>(text.data()), text.size(), descriptors.size());
  msghdr& message = letter.message();
  if (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr) {
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(descriptors.size_bytes());
    std::memcpy(CMSG_DATA(header), descriptors.data(), descriptors.size_bytes());
  }
  ssize_t sent = 0;
  do sent = sendmsg(socket.get(), &message, MSG_NOSIGNAL);
  while (sent < 0 && errno == EINTR);
  if (sent < 0) throw_errno(concat("send a descriptor to ", name));
  write_all(socket.get(), text.substr(static_cast<std::size_t>(sent)), name);
}

void send_descriptor(const Fd& socket, const Fd& descriptor, const std::string& text,
                     const std::string& name) {
  const int number = descriptor.get();
  send_descriptors(socket, {&number, 1}, text, name);
}

std::size_t receive_descriptors(const Fd& socket, std::span<char> text, std::vector<Fd>& descriptors,
                                const std::string& name) {
  Letter letter(text.data(), text.size(), most_descriptors);
  msghdr& message = letter.message();
  ssize_t got = 0;
  do got = recvmsg(socket.get(), &message, MSG_CMSG_CLOEXEC);
  while (got < 0 && errno == EINTR);
  if (got < 0 && errno != ECONNRESET) throw_errno(concat("receive a descriptor from ", name));
  if (got <= 0) return 0;
  const cmsghdr* header = CMSG_FIRSTHDR(&message);
  if (header != nullptr && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS) {
    const std::size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t i = 0; i < count; ++i) {
      int number = -1;
      std::memcpy(&number, CMSG_DATA(header) + i * sizeof number, sizeof number);
      descriptors.emplace_back(number);
    }
  }
  return static_cast<std::size_t>(got);
}

Fd receive_descriptor(const Fd& socket, const std::string& name) {
  std::array<char, 4096> text{};
  std::vector<Fd> descriptors;
  if (receive_descriptors(socket, text, descriptors, name) == 0 || descriptors.empty()) return Fd();
  return std::move(descriptors.front());
}

}  // namespace scrim::os
