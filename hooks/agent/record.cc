// SPDX-License-Identifier: Apache-2.0
#include "hooks/agent/record.h"

#include <array>
#include <cstdio>
#include <ctime>
#include <fstream>

#include "libprofile/document/json.h"
#include "libprofile/document/profile.h"
#include "libprofile/policy/abi.h"
#include "libprofile/policy/syscall.h"
#include "libprofile/text.h"

namespace scrim::agent {

using document::json::Value;

namespace {

Value text(std::string_view value) {
  return Value(Value::Data(std::string(value)));
}

std::string now() {
  timespec time{};
  clock_gettime(CLOCK_REALTIME, &time);
  tm parts{};
  gmtime_r(&time.tv_sec, &parts);
  std::array<char, 40> buffer{};
  const std::size_t length = strftime(buffer.data(), buffer.size(), "%Y-%m-%dT%H:%M:%S", &parts);
  constexpr long microsecond = 1000;
  std::snprintf(buffer.data() + length, buffer.size() - length, ".%06ldZ", time.tv_nsec / microsecond);
  return buffer.data();
}

std::string command_name(pid_t pid) {
  std::ifstream file(concat("/proc/", pid, "/comm"));
  std::string name;
  std::getline(file, name);
  return name;
}

}  // namespace

std::string record_of(const std::string& container, const kernel::Notification& notification,
                      const policy::Decision& decision) {
  const auto number = static_cast<std::uint32_t>(notification.call.nr);
  const auto architecture = policy::architecture_of(notification.call.arch, number);
  const auto syscall = architecture ? policy::Syscall::numbered(*architecture, number) : std::nullopt;
  Value record;
  record.set("time", text(now()));
  record.set("container", text(container));
  record.set("pid", Value(Value::Data(std::int64_t{notification.pid})));
  record.set("comm", text(command_name(notification.pid)));
  record.set("arch",
             text(architecture ? std::string(name_of(*architecture)) : hexadecimal(notification.call.arch)));
  record.set("syscall", syscall ? text(syscall->name()) : Value(Value::Data(std::uint64_t{number})));
  Value::Array arguments;
  for (const std::uint64_t argument : notification.call.args)
    arguments.push_back(text(hexadecimal(argument)));
  record.set("args", Value(Value::Data(std::move(arguments))));
  record.set("answer", text(name_of(decision.action)));
  if (decision.action == document::Action::error) {
    const std::string_view name = document::errno_name(decision.data);
    record.set("errno", name.empty() ? Value(Value::Data(std::uint64_t{decision.data})) : text(name));
  }
  return document::json::to_text(record);
}

}  // namespace scrim::agent
