// SPDX-License-Identifier: Apache-2.0
#include "launcher/runtime/net_devices.h"

#include <fcntl.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <sched.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "libprofile/error.h"
#include "libprofile/text.h"

namespace scrim::runtime {

using os::Netlink;
using os::NetlinkRequest;

namespace {

std::uint32_t number(std::string_view bytes) {
  std::uint32_t value = 0;
  std::memcpy(&value, bytes.data(), std::min(bytes.size(), sizeof value));
  return value;
}

std::string text(std::string_view bytes) {
  return std::string(bytes.substr(0, bytes.find('\0')));
}

std::string_view with_end(const std::string& text) {
  return {text.c_str(), text.size() + 1};
}

os::Fd own_namespace() {
  return os::open("/proc/self/ns/net", O_RDONLY);
}

// setns(2) concerns the calling thread: this process has one.
Netlink netlink_in(const os::Fd& network_namespace) {
  const os::Fd own = own_namespace();
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

// "eth%d" is the first free one of eth0, eth1, …
bool fits(const std::string& name, const std::string& wanted) {
  const std::size_t percent = wanted.find("%d");
  if (percent == std::string::npos) return name == wanted;
  return name.starts_with(wanted.substr(0, percent));
}

}  // namespace

std::vector<MovedNetDevices::Device> MovedNetDevices::devices_of(Netlink& netlink) {
  std::vector<Device> devices;
  netlink.dump(NetlinkRequest(RTM_GETLINK, 0, ifinfomsg{}), "list network devices",
               [&](std::string_view payload) {
                 ifinfomsg header{};
                 std::memcpy(&header, payload.data(), std::min(payload.size(), sizeof header));
                 os::for_attributes(payload, sizeof header, [&](std::uint16_t type, std::string_view value) {
                   if (type == IFLA_IFNAME)
                     devices.push_back({header.ifi_index, text(value), header.ifi_flags});
                 });
               });
  return devices;
}

std::optional<MovedNetDevices::Device> MovedNetDevices::device_named(const std::vector<Device>& devices,
                                                                     const std::string& name) {
  const auto found = std::ranges::find(devices, name, &Device::name);
  return found == devices.end() ? std::nullopt : std::optional(*found);
}

// Permanent ones of global scope: those that the specification wants kept. What the kernel or an address
// server gave comes again by itself.
std::vector<MovedNetDevices::Address> MovedNetDevices::addresses_of(Netlink& netlink, int index) {
  std::vector<Address> addresses;
  netlink.dump(NetlinkRequest(RTM_GETADDR, 0, ifaddrmsg{}), "list addresses", [&](std::string_view payload) {
    Address address;
    std::memcpy(&address.header, payload.data(), std::min(payload.size(), sizeof address.header));
    if (static_cast<int>(address.header.ifa_index) != index || address.header.ifa_scope != RT_SCOPE_UNIVERSE)
      return;
    std::uint32_t flags = address.header.ifa_flags;
    os::for_attributes(payload, sizeof address.header, [&](std::uint16_t type, std::string_view value) {
      if (type == IFA_FLAGS) flags = number(value);
      if (type == IFA_LABEL) address.label = text(value);
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

// The kernel closes the device, moves it, and then gives it its name (do_setlink() of net/core/rtnetlink.c).
// If it cannot have that name, it is moved already: it is brought back.
MovedNetDevices::Device MovedNetDevices::relocate(Side& from, Side& to, const Device& device,
                                                  const std::string& name, const std::string& doing) {
  const std::vector<Device> before = devices_of(to.netlink);
  if (device_named(before, name)) throw SystemError(EEXIST, doing);
  const auto to_side = [](int index, const Side& side, const std::string& new_name) {
    ifinfomsg header{};
    header.ifi_index = index;
    NetlinkRequest request(RTM_NEWLINK, 0, header);
    request.add(IFLA_NET_NS_FD, static_cast<std::uint32_t>(side.network_namespace.get()));
    request.add(IFLA_IFNAME, with_end(new_name));
    return request;
  };
  const auto arrived = [&](const std::string& under) -> std::optional<Device> {
    for (const Device& found : devices_of(to.netlink))
      if (fits(found.name, under) && !device_named(before, found.name)) return found;
    return std::nullopt;
  };
  try {
    from.netlink.request(to_side(device.index, to, name), doing);
  } catch (const SystemError&) {
    if (const std::optional<Device> there = arrived(device.name))
      to.netlink.request(to_side(there->index, from, device.name), concat("move ", device.name, " back"));
    throw;
  }
  const std::optional<Device> there = arrived(name);
  if (!there) throw SystemError(ENODEV, doing);
  return *there;
}

void MovedNetDevices::add_addresses(Netlink& netlink, const Device& device, const std::string& old_name,
                                    const std::vector<Address>& addresses, const std::string& doing) {
  for (Address address : addresses) {
    address.header.ifa_index = static_cast<std::uint32_t>(device.index);
    NetlinkRequest add(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, address.header);
    for (const auto& [type, value] : address.attributes) add.add(type, std::string_view(value));
    // "eth0:1" begins with the device's name, which may be another one now.
    if (address.label.starts_with(old_name)) {
      const std::string label = concat(device.name, address.label.substr(old_name.size()));
      if (label.size() < IFNAMSIZ) add.add(IFA_LABEL, with_end(label));
    }
    try {
      netlink.request(add, concat(doing, ", with its addresses"));
    } catch (const SystemError& error) {
      // IPv6 is switched off for new devices there (net.ipv6.conf.default.disable_ipv6).
      if (address.header.ifa_family != AF_INET6 || error.code() != EACCES) throw;
    }
  }
}

void MovedNetDevices::set_up(Netlink& netlink, const Device& device, bool up, const std::string& doing) {
  ifinfomsg header{};
  header.ifi_index = device.index;
  header.ifi_flags = up ? IFF_UP : 0;
  header.ifi_change = IFF_UP;
  netlink.request(NetlinkRequest(RTM_NEWLINK, 0, header), concat(doing, up ? ", and up" : ", and down"));
}

MovedNetDevices::MovedNetDevices(const std::vector<bundle::NetDevice>& devices, os::Fd network_namespace) {
  if (devices.empty()) return;
  Netlink there = netlink_in(network_namespace);
  sides_.emplace(Sides{{own_namespace(), Netlink()}, {std::move(network_namespace), std::move(there)}});
  try {
    for (const bundle::NetDevice& device : devices) move(device);
  } catch (const Error&) {
    move_back();
    throw;
  }
}

MovedNetDevices::~MovedNetDevices() {
  move_back();
}

void MovedNetDevices::move(const bundle::NetDevice& device) {
  Side& here = sides_->here;
  Side& there = sides_->there;
  const std::string doing =
      concat("linux.netDevices: move ", device.host_name, " to the container as ", device.name);
  const std::optional<Device> found = device_named(devices_of(here.netlink), device.host_name);
  if (!found) throw SystemError(ENODEV, doing);
  std::vector<Address> addresses = addresses_of(here.netlink, found->index);
  const Device arrived = relocate(here, there, *found, device.name, doing);
  moved_.push_back({arrived, *found, std::move(addresses)});
  add_addresses(there.netlink, arrived, found->name, moved_.back().addresses, doing);
  set_up(there.netlink, arrived, true, doing);
}

// What cannot be taken back stays where it is: the first error is what is told.
void MovedNetDevices::move_back() noexcept {
  if (!sides_) return;
  for (const Moved& moved : moved_) {
    try {
      const std::string doing = concat("move ", moved.before.name, " back");
      const Device back = relocate(sides_->there, sides_->here, moved.device, moved.before.name, doing);
      set_up(sides_->here.netlink, back, (moved.before.flags & IFF_UP) != 0, doing);
      add_addresses(sides_->here.netlink, back, moved.before.name, moved.addresses, doing);
    } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch)
    }
  }
  sides_.reset();
}

}  // namespace scrim::runtime
