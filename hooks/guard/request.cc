// SPDX-License-Identifier: Apache-2.0
#include "hooks/guard/request.h"

#include <algorithm>
#include <array>
#include <set>

#include "libprofile/document/field_reader.h"
#include "libprofile/document/file.h"
#include "libprofile/error.h"
#include "libprofile/resolve/bundle_request.h"
#include "libprofile/resolve/runtime_config.h"
#include "libprofile/text.h"

namespace scrim::guard {

using document::json::Value;

State parse_state(std::string_view text) {
  constexpr std::string_view file = "state";
  document::Warnings none;
  const document::FieldReader reader(file, none);
  const Value root = document::json::parse(text, file);
  (void)reader.object(root, "the state");
  State state;
  state.id = reader.text(reader.required(root, "id", "the state"), "id");
  const Value& bundle = reader.required(root, "bundle", "the state");
  state.bundle = reader.text(bundle, "bundle");
  if (!state.bundle.starts_with('/') || state.bundle.find('\0') != std::string::npos)
    reader.fail(bundle, "bundle must be an absolute path");
  if (const Value* const pid = document::FieldReader::member(root, "pid")) {
    constexpr std::int64_t most = 1 << 22;  // PID_MAX_LIMIT
    const auto number = pid->signed_integer();
    if (!number || *number < 0 || *number > most) reader.fail(*pid, "pid must be the number of a process");
    if (*number > 0) state.pid = static_cast<pid_t>(*number);
  }
  return state;
}

namespace {

// As Go's encoding/json compares names: without case, with the two letters outside ASCII that have one in it.
std::string folded(std::string_view name) {
  std::string out;
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (name.substr(i).starts_with("\xc5\xbf")) {  // U+017F, the long s
      out += 's';
      i += 1;
    } else if (name.substr(i).starts_with("\xe2\x84\xaa")) {  // U+212A, the sign of Kelvin
      out += 'k';
      i += 2;
    } else {
      out += name[i] >= 'A' && name[i] <= 'Z' ? static_cast<char>(name[i] - 'A' + 'a') : name[i];
    }
  }
  return out;
}

// runc takes the last of them, and in whatever case; crun the first, and in this case alone.
void refuse_two_readings(const Value& value, std::string_view what, const std::string& file) {
  const Value::Object* const members = value.object();
  if (members == nullptr) return;
  // Those that say which profile it is, as runtime-spec spells them.
  static constexpr std::array<std::string_view, 13> known{
      "linux",           "process",       "annotations", "seccomp",  "defaultAction",
      "defaultErrnoRet", "architectures", "flags",       "syscalls", "names",
      "action",          "errnoRet",      "args"};
  std::set<std::string> seen;
  for (const document::json::Member& member : *members) {
    const std::string name = folded(member.name);
    const bool is_twice = !seen.insert(name).second;
    const bool is_misspelt = std::ranges::any_of(
        known, [&](std::string_view each) { return name == folded(each) && member.name != each; });
    if (is_twice || is_misspelt)
      throw Error(concat(file, ": ", what, " has ", quoted(member.name),
                         is_twice ? " twice, not counting case" : " in letters of another case",
                         ": one runtime reads it, and another does not"));
  }
}

// Where runtimes could find another profile than we do.
void refuse_two_readings(const Value& config, const std::string& file) {
  refuse_two_readings(config, "config.json", file);
  for (const std::string_view part : {"linux", "process"})
    if (const Value* const value = config.find(part)) refuse_two_readings(*value, part, file);
  const Value* const linux_part = config.find("linux");
  const Value* const seccomp = linux_part == nullptr ? nullptr : linux_part->find("seccomp");
  if (seccomp == nullptr) return;
  refuse_two_readings(*seccomp, "linux.seccomp", file);
  const Value* const rules = seccomp->find("syscalls");
  if (rules == nullptr || rules->array() == nullptr) return;
  for (const Value& rule : *rules->array()) refuse_two_readings(rule, "a rule of linux.seccomp", file);
}

}  // namespace

Request read_request(const State& state, lint::Runtime runtime) {
  Request request;
  request.config_file = concat(state.bundle, "/config.json");
  request.config = document::json::parse(document::read_text(request.config_file), request.config_file);
  refuse_two_readings(request.config, request.config_file);
  resolve::RuntimeConfig config;
  if (runtime == lint::Runtime::scrim)
    config = resolve::load_runtime_config(resolve::default_runtime_config, false);
  document::Warnings of_the_runtime;
  resolve::Request wanted =
      resolve::bundle_request(request.config, request.config_file, config, of_the_runtime);
  // Whatever else it finds in annotations is scrim's to follow.
  if (runtime != lint::Runtime::scrim && !std::holds_alternative<resolve::Inline>(wanted.wanted))
    wanted.wanted = resolve::Nothing{};
  request.privileged = wanted.privileged;
  request.resolution = resolve::resolve(
      wanted, config.settings,
      {resolve::native_architecture(), resolve::running_kernel(), resolve::bounding_set(request.config)});
  return request;
}

}  // namespace scrim::guard
