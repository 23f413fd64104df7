// SPDX-License-Identifier: Apache-2.0
#include "hooks/agent/connection.h"

#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "libprofile/error.h"
#include "libprofile/text.h"

namespace scrim::agent {

using document::json::Value;

namespace {

constexpr std::size_t longest_state = 1 << 20;
constexpr std::size_t most_descriptors = 8;

void take_descriptors(msghdr& message, std::vector<Descriptor>& descriptors) {
  for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr; header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
    const std::size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t i = 0; i < count; ++i) {
      int number = -1;
      std::memcpy(&number, CMSG_DATA(header) + i * sizeof(int), sizeof number);
      descriptors.emplace_back(number);
    }
  }
}

std::string string_member(const Value& object, std::string_view name) {
  const Value* member = object.find(name);
  const std::string* text = member == nullptr ? nullptr : member->string();
  return text == nullptr ? std::string() : *text;
}

}  // namespace

// False at the end of the connection.
bool Connection::read_more() {
  for (;;) {
    std::array<char, 16384> bytes;  // NOLINT(cppcoreguidelines-pro-type-member-init)
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int) * most_descriptors)> control{};
    iovec part{bytes.data(), bytes.size()};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    const ssize_t got = recvmsg(socket_.get(), &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) return true;
    if (got < 0) throw_errno("receive a container process state");
    take_descriptors(message, descriptors_);
    if (got == 0) return false;
    if ((message.msg_flags & MSG_CTRUNC) != 0 || descriptors_.size() > most_descriptors)
      throw Error("receive a container process state: too many descriptors");
    text_.append(bytes.data(), static_cast<std::size_t>(got));
    if (text_.size() > longest_state)
      throw Error(concat("receive a container process state: longer than ", longest_state, " bytes"));
  }
}

std::optional<Watched> Connection::receive() {
  const bool goes_on = read_more();
  if (goes_on && text_.empty()) return std::nullopt;
  try {
    return watched(document::json::parse(text_, "container process state"));
  } catch (const document::DocumentError&) {
    if (!goes_on) throw;
    return std::nullopt;
  }
}

Watched Connection::watched(const Value& state) {
  const Value* names = state.find("fds");
  const Value::Array* fds = names == nullptr ? nullptr : names->array();
  // The descriptors stand in the order of their names. Before runtime-spec 1.1 there was one, without a name.
  std::size_t place = 0;
  if (fds != nullptr) {
    while (place < fds->size() &&
           ((*fds)[place].string() == nullptr || *(*fds)[place].string() != "seccompFd"))
      ++place;
    if (place == fds->size()) throw Error("container process state: \"fds\" has no seccompFd");
  }
  if (place >= descriptors_.size())
    throw Error("container process state: the seccomp descriptor did not come with it");
  const Value* container = state.find("state");
  return {container == nullptr ? std::string() : string_member(*container, "id"),
          string_member(state, "metadata"), kernel::Listener(descriptors_[place].release())};
}

}  // namespace scrim::agent
