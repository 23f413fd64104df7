// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linux/rtnetlink.h>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "launcher/bundle/spec.h"
#include "launcher/os/fd.h"
#include "launcher/os/netlink.h"

namespace scrim::runtime {

// linux.netDevices on their way from our network namespace to the container's, with their new names and their
// permanent addresses of global scope, and up (runtime-spec config-linux.md, "Network Devices"). Until
// keep(), going away moves them back, and they are what they were.
class MovedNetDevices {
 public:
  // Throws SystemError; those that were moved by then are back.
  MovedNetDevices(const std::vector<bundle::NetDevice>& devices, os::Fd network_namespace);
  MovedNetDevices(MovedNetDevices&&) noexcept = default;
  MovedNetDevices& operator=(MovedNetDevices&&) = delete;
  ~MovedNetDevices();

  // They are the container's now. Nothing of its namespace is held any more.
  void keep() { sides_.reset(); }

 private:
  // A network namespace, and a socket in it.
  struct Side {
    os::Fd network_namespace;
    os::Netlink netlink;
  };
  struct Device {
    int index = 0;
    std::string name;
    unsigned flags = 0;  // IFF_*
  };
  struct Address {
    ifaddrmsg header{};
    std::vector<std::pair<std::uint16_t, std::string>> attributes;
    std::string label;  // of IPv4; begins with the device's name
  };
  struct Moved {
    Device device;  // as it is over there
    Device before;
    std::vector<Address> addresses;
  };
  struct Sides {
    Side here;
    Side there;
  };

  static std::vector<Device> devices_of(os::Netlink& netlink);
  static std::optional<Device> device_named(const std::vector<Device>& devices, const std::string& name);
  static std::vector<Address> addresses_of(os::Netlink& netlink, int index);
  static Device relocate(Side& from, Side& to, const Device& device, const std::string& name,
                         const std::string& doing);
  static void add_addresses(os::Netlink& netlink, const Device& device, const std::string& old_name,
                            const std::vector<Address>& addresses, const std::string& doing);
  static void set_up(os::Netlink& netlink, const Device& device, bool up, const std::string& doing);
  void move(const bundle::NetDevice& device);
  void move_back() noexcept;

  std::optional<Sides> sides_;
  std::vector<Moved> moved_;
};

}  // namespace scrim::runtime
