// SPDX-License-Identifier: Apache-2.0
#include "launcher/cgroup/devices.h"

#include <fcntl.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "launcher/os/fd.h"
#include "libprofile/text.h"

namespace scrim::cgroup {

void DeviceTable::apply(const bundle::DeviceRule& rule) {
  // A rule for all types is one for everything: the kernel does not look at its numbers
  // (devcgroup_update_access()).
  if (rule.type == 'a') {
    default_allow = rule.allow;
    exceptions.clear();
    return;
  }
  const auto in = [](const std::string& set, char c) { return set.find(c) != set.npos; };
  const std::int64_t major = rule.major.value_or(any);
  const std::int64_t minor = rule.minor.value_or(any);
  const auto found = std::find_if(exceptions.begin(), exceptions.end(), [&](const Exception& one) {
    return one.type == rule.type && one.major == major && one.minor == minor;
  });
  const std::string before = found == exceptions.end() ? "" : found->access;
  std::string access;
  for (const char c : {'r', 'w', 'm'})
    if (rule.allow != default_allow ? in(before, c) || in(rule.access, c)
                                    : in(before, c) && !in(rule.access, c))
      access += c;
  if (found != exceptions.end() && access.empty())
    exceptions.erase(found);
  else if (found != exceptions.end())
    found->access = access;
  else if (!access.empty())
    exceptions.push_back({rule.type, major, minor, access});
}

std::vector<bundle::DeviceRule> with_default_devices(std::vector<bundle::DeviceRule> rules) {
  struct Number {
    std::int64_t major;
    std::optional<std::int64_t> minor;
  };
  constexpr std::array<Number, 9> usual = {{
      {1, 3},               // null
      {1, 5},               // zero
      {1, 7},               // full
      {1, 8},               // random
      {1, 9},               // urandom
      {5, 0},               // tty
      {5, 2},               // ptmx
      {136, std::nullopt},  // pts/*
      {10, 200},            // net/tun, which still takes CAP_NET_ADMIN
  }};
  // Where everything is allowed, what is taken from that stays taken.
  const auto base =
      std::find_if(rules.rbegin(), rules.rend(), [](const auto& rule) { return rule.type == 'a'; });
  if (base == rules.rend() || !base->allow) {
    rules.push_back({true, 'c', std::nullopt, std::nullopt, "m"});
    rules.push_back({true, 'b', std::nullopt, std::nullopt, "m"});
  }
  for (const Number& number : usual) rules.push_back({true, 'c', number.major, number.minor, "rwm"});
  return rules;
}

DeviceTable DeviceTable::of(const std::vector<bundle::DeviceRule>& rules) {
  DeviceTable table;
  for (const bundle::DeviceRule& rule : with_default_devices(rules)) table.apply(rule);
  return table;
}

std::string to_text(const DeviceTable::Exception& exception) {
  const auto number = [](std::int64_t value) {
    return value == DeviceTable::any ? "*" : std::to_string(value);
  };
  return concat(exception.type, " ", number(exception.major), ":", number(exception.minor), " ",
                exception.access);
}

void write_devices(const std::string& directory, const DeviceTable& table) {
  const std::string allow = concat(directory, "/devices.allow");
  const std::string deny = concat(directory, "/devices.deny");
  const std::string& base = table.default_allow ? allow : deny;
  const std::string& other = table.default_allow ? deny : allow;
  const auto put = [](const os::Fd& file, const std::string& path, const std::string& rule) {
    os::write_all(file.get(), rule, concat("\"", rule, "\" to ", path));
  };
  put(os::open(base, O_WRONLY), base, "a");
  if (table.exceptions.empty()) return;
  const os::Fd file = os::open(other, O_WRONLY);
  for (const DeviceTable::Exception& exception : table.exceptions) put(file, other, to_text(exception));
}

}  // namespace scrim::cgroup
