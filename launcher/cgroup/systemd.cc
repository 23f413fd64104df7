// SPDX-License-Identifier: Apache-2.0
#include "launcher/cgroup/systemd.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "launcher/cgroup/membership.h"
#include "launcher/cgroup/path.h"
#include "launcher/cgroup/systemd_annotations.h"
#include "launcher/cgroup/systemd_properties.h"
#include "libprofile/error.h"
#include "libprofile/text.h"

namespace scrim::cgroup {

using document::json::Value;

namespace {

constexpr const char* helper_path = SCRIM_LIBEXEC "/scrim-systemd-cgroup";

std::string read_to_end(const os::Fd& from) {
  std::string text;
  std::array<char, 1024> buffer{};
  for (;;) {
    const ssize_t got = read(from.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return text;
    text.append(buffer.data(), static_cast<std::size_t>(got));
  }
}

std::string first_line(const os::Fd& from) {
  std::string line;
  for (char c = 0;;) {
    const ssize_t got = read(from.get(), &c, 1);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0 || c == '\n') return line;
    line += c;
  }
}

struct Helper {
  os::Child process;
  os::Fd input, output, errors;
};

Helper start_helper(const std::string& word, const std::string& unit, Value::Array properties) {
  Value request;
  request.set("unit", Value(Value::Data(unit)));
  request.set("user", Value(Value::Data(geteuid() != 0)));
  request.set("properties", Value(Value::Data(std::move(properties))));
  auto [input, to_helper] = os::make_pipe();
  auto [from_helper, output] = os::make_pipe();
  auto [said, errors] = os::make_pipe();
  if (access(helper_path, X_OK) != 0)
    throw SystemError(errno, concat("--systemd-cgroup: ", helper_path),
                      "it is installed with scrim if libsystemd-dev was there when scrim was built");
  std::vector<std::string> environment;
  for (char** variable = environ; *variable != nullptr; ++variable) environment.emplace_back(*variable);
  os::Child process =
      os::Child::spawn(helper_path, {"scrim-systemd-cgroup", word, document::json::to_text(request)},
                       environment, {input.get(), output.get(), errors.get()}, concat("start ", helper_path));
  return {std::move(process), std::move(to_helper), std::move(from_helper), std::move(said)};
}

[[noreturn]] void refuse(Helper& helper, const std::string& unit) {
  helper.input.reset();
  std::string said = read_to_end(helper.errors);
  (void)helper.process.wait();
  if (!said.empty() && said.back() == '\n') said.pop_back();
  throw Error(said.empty() ? concat("systemd unit ", unit, ": ", helper_path, " ended without a word")
                           : concat("--systemd-cgroup: ", said));
}

void say(const std::string& word, const std::string& unit, Value::Array properties) {
  Helper helper = start_helper(word, unit, std::move(properties));
  helper.input.reset();
  const std::string said = read_to_end(helper.errors);
  const os::ExitStatus status = helper.process.wait();
  if (status.as_shell() != 0) throw Error(concat("--systemd-cgroup: ", said.substr(0, said.find('\n'))));
}

Value text(std::string value) {
  return Value(Value::Data(std::move(value)));
}

}  // namespace

Unit systemd_unit(const std::string& cgroups_path, const std::string& id, bool user) {
  const std::string usual = user ? "user.slice" : "system.slice";
  if (cgroups_path.empty()) return {concat("scrim-", id, ".scope"), usual};
  const std::vector<std::string_view> parts = split(cgroups_path, ':');
  if (parts.size() != 3 || parts[2].empty() || cgroups_path.find('/') != cgroups_path.npos)
    throw Error(concat("linux.cgroupsPath \"", cgroups_path,
                       "\": with --systemd-cgroup, slice:prefix:name is expected"));
  std::string slice = parts[0].empty() ? usual : std::string(parts[0]);
  if (parts[2].ends_with(".slice")) return {std::string(parts[2]), std::move(slice)};
  return {parts[1].empty() ? concat(parts[2], ".scope") : concat(parts[1], "-", parts[2], ".scope"),
          std::move(slice)};
}

SystemdScope::SystemdScope(const Cgroup& planned, const bundle::Spec& spec) : cgroup_(planned) {
  const std::string& unit = planned.unit;
  Value::Array properties;
  if (spec.resources) properties = systemd_properties(*spec.resources, is_v2(planned));
  properties.push_back(systemd_property("Description", "s", text(concat("scrim container in ", unit))));
  properties.push_back(systemd_property("Slice", "s", text(planned.slice)));
  for (const std::string_view on :
       {"Delegate", "CPUAccounting", "MemoryAccounting", "IOAccounting", "TasksAccounting"})
    properties.push_back(systemd_property(on, "b", Value(Value::Data(true))));
  // It is not stopped at shutdown before what needs it, and waits for nothing.
  properties.push_back(systemd_property("DefaultDependencies", "b", Value(Value::Data(false))));
  for (Value& property : systemd_properties_of(spec.annotations)) {
    // The caller's word counts, as with runc: what is said twice, systemd would refuse.
    std::erase_if(properties, [&](const Value& ours) {
      return *ours.find("name")->string() == *property.find("name")->string();
    });
    properties.push_back(std::move(property));
  }
  Helper helper = start_helper("start", unit, std::move(properties));
  const std::string path = clean(first_line(helper.output));
  if (path == "/") refuse(helper, unit);
  for (Membership& membership : cgroup_.memberships) {
    membership.path = below(membership.hierarchy.mount_point, path);
  }
  lifetime_ = std::move(helper.input);
  helper_.emplace(std::move(helper.process));
}

void set_unit_limits(const Cgroup& cgroup, const Value& resources) {
  Value::Array properties = systemd_properties(resources, is_v2(cgroup));
  if (!properties.empty()) say("set", cgroup.unit, std::move(properties));
}

void stop_unit(const Cgroup& cgroup) {
  say("stop", cgroup.unit, {});
}

}  // namespace scrim::cgroup
