// SPDX-License-Identifier: Apache-2.0
#include "launcher/os/netlink.h"

#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <vector>

#include "libprofile/error.h"
#include "libprofile/text.h"

namespace scrim::os {

namespace {

template <typename T>
T read_as(std::string_view bytes) {
  T value{};
  std::memcpy(&value, bytes.data(), std::min(bytes.size(), sizeof value));
  return value;
}

// NLMSGERR_ATTR_MSG, where the kernel has more to say than errno.
std::string message_of(std::string_view payload, std::uint16_t flags) {
  if ((flags & NLM_F_ACK_TLVS) == 0 || payload.size() < sizeof(nlmsgerr)) return {};
  std::size_t header = sizeof(nlmsgerr);
  // Unless it is capped, the request's own payload lies between.
  if ((flags & NLM_F_CAPPED) == 0)
    header += NLMSG_ALIGN(read_as<nlmsgerr>(payload).msg.nlmsg_len - sizeof(nlmsghdr));
  std::string message;
  for_attributes(payload, header, [&](std::uint16_t type, std::string_view value) {
    if (type == NLMSGERR_ATTR_MSG) message = std::string(value.substr(0, value.find('\0')));
  });
  return message;
}

}  // namespace

void NetlinkRequest::append(const void* bytes, std::size_t size) {
  payload_.append(static_cast<const char*>(bytes), size);
  payload_.resize(NLMSG_ALIGN(payload_.size()), '\0');
}

void NetlinkRequest::add(std::uint16_t attribute, std::string_view value) {
  const rtattr header{static_cast<std::uint16_t>(RTA_LENGTH(value.size())), attribute};
  append(&header, sizeof header);
  append(value.data(), value.size());
}

void NetlinkRequest::add(std::uint16_t attribute, std::uint32_t value) {
  add(attribute, std::string_view(reinterpret_cast<const char*>(&value), sizeof value));
}

Netlink::Netlink() : socket_(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE)) {
  if (!socket_) throw_errno("make a netlink socket");
  // Words beside errno; what a kernel before 4.12 does not have is no error.
  const int on = 1;
  (void)setsockopt(socket_.get(), SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof on);
  (void)setsockopt(socket_.get(), SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof on);
}

void Netlink::request(const NetlinkRequest& request, const std::string& doing) {
  (void)exchange(request, NLM_F_ACK, doing, [](std::string_view) {});
}

void Netlink::dump(const NetlinkRequest& request, const std::string& doing,
                   const std::function<void(std::string_view)>& each) {
  // A list that changed while it was written may lack some of what is there all the time (netlink(7),
  // NLM_F_DUMP_INTR).
  constexpr int tries = 20;
  for (int i = 0; i < tries; ++i) {
    std::vector<std::string> all;
    const auto keep = [&](std::string_view payload) { all.emplace_back(payload); };
    if (!exchange(request, NLM_F_DUMP, doing, keep)) continue;
    for (const std::string& payload : all) each(payload);
    return;
  }
  throw SystemError(EAGAIN, doing);
}

bool Netlink::exchange(const NetlinkRequest& request, std::uint16_t more_flags, const std::string& doing,
                       const std::function<void(std::string_view)>& each) {
  nlmsghdr header{};
  header.nlmsg_len = static_cast<std::uint32_t>(NLMSG_LENGTH(request.payload().size()));
  header.nlmsg_type = request.type();
  header.nlmsg_flags = static_cast<std::uint16_t>(request.flags() | more_flags | NLM_F_REQUEST);
  header.nlmsg_seq = ++sequence_;
  std::string bytes(reinterpret_cast<const char*>(&header), sizeof header);
  bytes += request.payload();
  if (send(socket_.get(), bytes.data(), bytes.size(), 0) < 0) throw_errno(doing);

  bool whole = true;
  std::vector<char> buffer(32768);  // the kernel's own unit for dumps
  for (;;) {
    const ssize_t got = recv(socket_.get(), buffer.data(), buffer.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw_errno(doing);
    std::string_view left(buffer.data(), static_cast<std::size_t>(got));
    while (left.size() >= sizeof(nlmsghdr)) {
      const auto answer = read_as<nlmsghdr>(left);
      if (answer.nlmsg_len < sizeof answer || answer.nlmsg_len > left.size())
        throw SystemError(EBADMSG, doing);
      const std::string_view payload = left.substr(sizeof answer, answer.nlmsg_len - sizeof answer);
      left.remove_prefix(std::min<std::size_t>(NLMSG_ALIGN(answer.nlmsg_len), left.size()));
      if (answer.nlmsg_seq != sequence_) continue;
      whole = whole && (answer.nlmsg_flags & NLM_F_DUMP_INTR) == 0;
      if (answer.nlmsg_type == NLMSG_DONE) {
        if (const int error = -read_as<int>(payload); error > 0) throw SystemError(error, doing);
        return whole;
      }
      if (answer.nlmsg_type != NLMSG_ERROR) {
        each(payload);
        continue;
      }
      const int error = -read_as<nlmsgerr>(payload).error;
      if (error == 0) return whole;
      const std::string more = message_of(payload, answer.nlmsg_flags);
      throw more.empty() ? SystemError(error, doing) : SystemError(error, doing, more);
    }
  }
}

void for_attributes(std::string_view payload, std::size_t header_size,
                    const std::function<void(std::uint16_t, std::string_view)>& each) {
  std::string_view left = payload.substr(std::min<std::size_t>(NLMSG_ALIGN(header_size), payload.size()));
  while (left.size() >= sizeof(rtattr)) {
    const auto attribute = read_as<rtattr>(left);
    if (attribute.rta_len < sizeof attribute || attribute.rta_len > left.size()) return;
    each(attribute.rta_type & NLA_TYPE_MASK,
         left.substr(sizeof attribute, attribute.rta_len - sizeof attribute));
    left.remove_prefix(std::min<std::size_t>(RTA_ALIGN(attribute.rta_len), left.size()));
  }
}

}  // namespace scrim::os
