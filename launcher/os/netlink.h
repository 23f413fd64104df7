// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linux/netlink.h>

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "launcher/os/fd.h"

// Network devices and addresses through rtnetlink(7).
namespace scrim::os {

// What a request says: a fixed header (ifinfomsg, ifaddrmsg) and attributes (netlink(3), NLMSG_ALIGN).
class NetlinkRequest {
 public:
  template <typename Header>
  NetlinkRequest(std::uint16_t type, std::uint16_t flags, const Header& header) : type_(type), flags_(flags) {
    append(&header, sizeof header);
  }
  void add(std::uint16_t attribute, std::string_view value);
  void add(std::uint16_t attribute, std::uint32_t value);
  [[nodiscard]] std::uint16_t type() const { return type_; }
  [[nodiscard]] std::uint16_t flags() const { return flags_; }
  [[nodiscard]] const std::string& payload() const { return payload_; }

 private:
  void append(const void* bytes, std::size_t size);

  std::uint16_t type_;
  std::uint16_t flags_;
  std::string payload_;
};

// A socket of one network namespace: that in which it was made, wherever it is used.
class Netlink {
 public:
  // Of the namespace in which the caller is.
  Netlink();

  // Waits until the kernel has done it. Throws SystemError with `doing` and what the kernel says of it.
  void request(const NetlinkRequest& request, const std::string& doing);
  // Calls `each` for every answer: its fixed header and attributes.
  void dump(const NetlinkRequest& request, const std::string& doing,
            const std::function<void(std::string_view payload)>& each);

 private:
  // Returns when the kernel has said the last word: whether what it listed stayed the same meanwhile.
  [[nodiscard]] bool exchange(const NetlinkRequest& request, std::uint16_t more_flags,
                              const std::string& doing, const std::function<void(std::string_view)>& each);

  Fd socket_;
  std::uint32_t sequence_ = 0;
};

// The attributes that follow a header of that size: calls `each` with their type and content.
void for_attributes(std::string_view payload, std::size_t header_size,
                    const std::function<void(std::uint16_t type, std::string_view value)>& each);

}  // namespace scrim::os
