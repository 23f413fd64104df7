// SPDX-License-Identifier: Apache-2.0
#include "launcher/runtime/net_devices.h"

#include <fcntl.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sched.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <string>
#include <utility>

#include "launcher/os/netlink.h"
#include "libprofile/error.h"
#include "libprofile/text.h"

namespace scrim::runtime {

namespace {

using os::Netlink;
using os::NetlinkRequest;

// A network namespace, and a socket in it.
struct Side {
  const os::Fd& network_namespace;
  Netlink netlink;
};

struct Device {
  int index = 0;
  std::string name;
};

struct Address {
  ifaddrmsg header{};
  std::vector<std::pair<std::uint16_t, std::string>> attributes;
};

std::uint32_t number(std::string_view bytes) {
  std::uint32_t value = 0;
  std::memcpy(&value, bytes.data(), std::min(bytes.size(), sizeof value));
  return value;
}

// setns(2) concerns the calling thread: this process has one.
Netlink netlink_in(const os::Fd& network_namespace) {
  const os::Fd own = os::open("/proc/self/ns/net", O_RDONLY);
  if (setns(network_namespace.get(), CLONE_NEWNET) != 0)
    throw_errno("enter the container's network namespace");
  std::optional<Netlink> netlink;
  try {
    netlink.emplace();
  } catch (...) {
    (void)setns(own.get(), CLONE_NEWNET);
    throw;
  }
  if (setns(own.get(), CLONE_NEWNET) != 0) throw_errno("return to our own network namespace");
  return std::move(*netlink);
}

std::vector<Device> devices_of(Netlink& netlink) {
  std::vector<Device> devices;
  netlink.dump(NetlinkRequest(RTM_GETLINK, 0, ifinfomsg{}), "list network devices",
               [&](std::string_view payload) {
                 ifinfomsg header{};
                 std::memcpy(&header, payload.data(), std::min(payload.size(), sizeof header));
                 os::for_attributes(payload, sizeof header, [&](std::uint16_t type, std::string_view value) {
                   if (type == IFLA_IFNAME)
                     devices.push_back({header.ifi_index, std::string(value.substr(0, value.find('\0')))});
                 });
               });
  return devices;
}

std::optional<Device> device_named(const std::vector<Device>& devices, const std::string& name) {
  const auto found = std::ranges::find(devices, name, &Device::name);
  return found == devices.end() ? std::nullopt : std::optional(*found);
}

// Permanent ones of global scope: those that the specification wants kept. What the kernel or an address
// server gave comes again by itself.
std::vector<Address> addresses_of(Netlink& netlink, int index) {
  std::vector<Address> addresses;
  netlink.dump(NetlinkRequest(RTM_GETADDR, 0, ifaddrmsg{}), "list addresses", [&](std::string_view payload) {
    Address address;
    std::memcpy(&address.header, payload.data(), std::min(payload.size(), sizeof address.header));
    if (static_cast<int>(address.header.ifa_index) != index || address.header.ifa_scope != RT_SCOPE_UNIVERSE)
      return;
    std::uint32_t flags = address.header.ifa_flags;
    os::for_attributes(payload, sizeof address.header, [&](std::uint16_t type, std::string_view value) {
      if (type == IFA_FLAGS) flags = number(value);
      if (type == IFA_LOCAL || type == IFA_ADDRESS || type == IFA_BROADCAST || type == IFA_RT_PRIORITY)
        address.attributes.emplace_back(type, value);
    });
    if ((flags & IFA_F_PERMANENT) == 0) return;
    // Those that somebody set; the others are the kernel's findings.
    flags &= std::uint32_t{IFA_F_NODAD | IFA_F_HOMEADDRESS | IFA_F_NOPREFIXROUTE | IFA_F_MCAUTOJOIN};
    address.attributes.emplace_back(IFA_FLAGS,
                                    std::string(reinterpret_cast<const char*>(&flags), sizeof flags));
    address.header.ifa_flags = 0;
    addresses.push_back(std::move(address));
  });
  return addresses;
}

// "eth%d" is the first free one of eth0, eth1, …
bool fits(const std::string& name, const std::string& wanted) {
  const std::size_t percent = wanted.find("%d");
  if (percent == std::string::npos) return name == wanted;
  return name.starts_with(wanted.substr(0, percent));
}

// In one request the kernel closes the device, moves it and gives it its name (do_setlink() of
// net/core/rtnetlink.c): nobody sees it half moved. Its index may be another one over there.
Device relocate(Side& from, Side& to, const Device& device, const std::string& name,
                const std::string& doing) {
  const std::vector<Device> before = devices_of(to.netlink);
  if (device_named(before, name)) throw SystemError(EEXIST, doing);
  ifinfomsg header{};
  header.ifi_index = device.index;
  NetlinkRequest request(RTM_NEWLINK, 0, header);
  request.add(IFLA_NET_NS_FD, static_cast<std::uint32_t>(to.network_namespace.get()));
  request.add(IFLA_IFNAME, std::string_view(name.c_str(), name.size() + 1));
  from.netlink.request(request, doing);
  for (const Device& found : devices_of(to.netlink))
    if (fits(found.name, name) && !device_named(before, found.name)) return found;
  throw SystemError(ENODEV, doing);
}

// Its addresses, which moving took, and up.
void set_up(Netlink& netlink, const Device& device, const std::vector<Address>& addresses,
            const std::string& doing) {
  for (Address address : addresses) {
    address.header.ifa_index = static_cast<std::uint32_t>(device.index);
    NetlinkRequest add(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, address.header);
    for (const auto& [type, value] : address.attributes) add.add(type, std::string_view(value));
    netlink.request(add, concat(doing, ", with its addresses"));
  }
  ifinfomsg header{};
  header.ifi_index = device.index;
  header.ifi_flags = IFF_UP;
  header.ifi_change = IFF_UP;
  netlink.request(NetlinkRequest(RTM_NEWLINK, 0, header), concat(doing, ", and up"));
}

struct Moved {
  Device device;  // as it is over there
  std::string name_here;
  std::vector<Address> addresses;
};

}  // namespace

void move_net_devices(const std::vector<bundle::NetDevice>& devices, const os::Fd& network_namespace) {
  if (devices.empty()) return;
  const os::Fd own = os::open("/proc/self/ns/net", O_RDONLY);
  Side here{own, Netlink()};
  Side there{network_namespace, netlink_in(network_namespace)};
  std::vector<Moved> done;
  try {
    for (const bundle::NetDevice& device : devices) {
      const std::string doing =
          concat("linux.netDevices: move ", device.host_name, " to the container as ", device.name);
      const std::optional<Device> found = device_named(devices_of(here.netlink), device.host_name);
      if (!found) throw SystemError(ENODEV, doing);
      std::vector<Address> addresses = addresses_of(here.netlink, found->index);
      done.push_back(
          {relocate(here, there, *found, device.name, doing), device.host_name, std::move(addresses)});
      set_up(there.netlink, done.back().device, done.back().addresses, doing);
    }
  } catch (const Error&) {
    for (const Moved& moved : done) {
      try {
        const std::string doing = concat("move ", moved.name_here, " back");
        set_up(here.netlink, relocate(there, here, moved.device, moved.name_here, doing), moved.addresses,
               doing);
      } catch (const Error&) {  // NOLINT(bugprone-empty-catch): the first error is what is told
      }
    }
    throw;
  }
}

}  // namespace scrim::runtime
