// SPDX-License-Identifier: Apache-2.0
#include "launcher/runtime/state.h"

#include "libprofile/error.h"
#include "libprofile/text.h"

namespace scrim::runtime {

using document::json::Value;

namespace {

Value text(std::string_view value) {
  return Value(Value::Data(std::string(value)));
}
Value number(std::uint64_t value) {
  return Value(Value::Data(value));
}

template <typename T>
Value number_or_null(const std::optional<T>& value) {
  return value ? number(*value) : Value();
}

Value strings(const std::vector<std::string>& values) {
  Value::Array array;
  for (const std::string& value : values) array.push_back(text(value));
  return Value(Value::Data(std::move(array)));
}

Value annotations_of(const ContainerState& state) {
  Value::Object members;
  for (const bundle::Setting& annotation : state.annotations)
    members.push_back({annotation.name, {}, text(annotation.value)});
  return Value(Value::Data(std::move(members)));
}

Value memberships_of(const cgroup::Cgroup& cgroup) {
  Value::Array array;
  for (const cgroup::Membership& membership : cgroup.memberships) {
    Value entry;
    entry.set("mountPoint", text(membership.hierarchy.mount_point));
    entry.set("controllers", strings(membership.hierarchy.controllers));
    entry.set("path", text(membership.path));
    array.push_back(std::move(entry));
  }
  return Value(Value::Data(std::move(array)));
}

// Reading back what to_text() wrote: anything else is damage.
class Reader {
 public:
  explicit Reader(const std::string& file) : file_(file) {}

  const Value& member(const Value& value, std::string_view name) const {
    const Value* found = value.find(name);
    if (found == nullptr) damaged(name);
    return *found;
  }
  std::string string(const Value& value, std::string_view name) const {
    const std::string* found = member(value, name).string();
    if (found == nullptr) damaged(name);
    return *found;
  }
  std::uint64_t unsigned_integer(const Value& value, std::string_view name) const {
    const auto found = member(value, name).unsigned_integer();
    if (!found) damaged(name);
    return *found;
  }
  bool boolean(const Value& value, std::string_view name) const {
    const bool* found = member(value, name).boolean();
    if (found == nullptr) damaged(name);
    return *found;
  }
  const Value::Array& array(const Value& value, std::string_view name) const {
    const Value::Array* found = member(value, name).array();
    if (found == nullptr) damaged(name);
    return *found;
  }
  std::vector<std::string> strings(const Value& value, std::string_view name) const {
    std::vector<std::string> all;
    for (const Value& entry : array(value, name)) {
      if (entry.string() == nullptr) damaged(name);
      all.push_back(*entry.string());
    }
    return all;
  }

 private:
  [[noreturn]] void damaged(std::string_view name) const {
    throw Error(concat(file_, ": damaged: no usable \"", name, "\""));
  }
  const std::string& file_;
};

}  // namespace

std::string_view name_of(Status status) {
  switch (status) {
    case Status::creating:
      return "creating";
    case Status::created:
      return "created";
    case Status::running:
      return "running";
    case Status::paused:
      return "paused";
    case Status::stopped:
      return "stopped";
  }
  return "stopped";
}

std::string to_text(const ContainerState& state) {
  Value all;
  all.set("ociVersion", text(state.oci_version));
  all.set("id", text(state.id));
  all.set("pid", number(static_cast<std::uint64_t>(state.pid)));
  all.set("startTime", number(state.start_time));
  all.set("bundle", text(state.bundle));
  all.set("rootfs", text(state.rootfs));
  all.set("created", text(state.created));
  all.set("owner", number(state.owner));
  all.set("annotations", annotations_of(state));
  all.set("cgroup", memberships_of(state.cgroup));
  if (!state.cgroup.unit.empty()) {
    all.set("unit", text(state.cgroup.unit));
    all.set("slice", text(state.cgroup.slice));
  }
  all.set("resources", state.resources);
  all.set("hooks", state.hooks);
  all.set("listenerPath", text(state.listener_path));
  all.set("listenerMetadata", text(state.listener_metadata));
  all.set("profile", text(state.profile));
  all.set("profileBecause", strings(state.profile_because));
  all.set("filterFlags", number_or_null(state.filter_flags));
  all.set("process", state.process);
  all.set("personality", number_or_null(state.personality));
  if (!state.memory_policy.is_null()) all.set("memoryPolicy", state.memory_policy);
  all.set("newKeyring", Value(Value::Data(state.new_keyring)));
  return document::json::to_text(all);
}

ContainerState parse_state(std::string_view content, const std::string& file) {
  const Value all = document::json::parse(content, file);
  const Reader read(file);
  ContainerState state;
  state.oci_version = read.string(all, "ociVersion");
  state.id = read.string(all, "id");
  state.pid = static_cast<pid_t>(read.unsigned_integer(all, "pid"));
  state.start_time = read.unsigned_integer(all, "startTime");
  state.bundle = read.string(all, "bundle");
  state.rootfs = read.string(all, "rootfs");
  state.created = read.string(all, "created");
  state.owner = static_cast<uid_t>(read.unsigned_integer(all, "owner"));
  if (const Value::Object* annotations = read.member(all, "annotations").object())
    for (const document::json::Member& member : *annotations)
      if (member.value.string() != nullptr)
        state.annotations.push_back({member.name, *member.value.string()});
  for (const Value& entry : read.array(all, "cgroup"))
    state.cgroup.memberships.push_back(
        {{read.string(entry, "mountPoint"), read.strings(entry, "controllers")}, read.string(entry, "path")});
  if (all.find("unit") != nullptr) {
    state.cgroup.unit = read.string(all, "unit");
    state.cgroup.slice = read.string(all, "slice");
  }
  if (const Value* resources = all.find("resources")) state.resources = *resources;
  state.hooks = read.member(all, "hooks");
  state.listener_path = read.string(all, "listenerPath");
  state.listener_metadata = read.string(all, "listenerMetadata");
  state.profile = read.string(all, "profile");
  state.profile_because = read.strings(all, "profileBecause");
  if (!read.member(all, "filterFlags").is_null())
    state.filter_flags = static_cast<unsigned>(read.unsigned_integer(all, "filterFlags"));
  state.process = read.member(all, "process");
  if (!read.member(all, "personality").is_null())
    state.personality = read.unsigned_integer(all, "personality");
  if (const Value* policy = all.find("memoryPolicy")) state.memory_policy = *policy;
  state.new_keyring = read.boolean(all, "newKeyring");
  return state;
}

Value oci_state(const ContainerState& state, std::string_view status) {
  Value all;
  all.set("ociVersion", text(state.oci_version));
  all.set("id", text(state.id));
  all.set("pid", number(status == name_of(Status::stopped) ? 0 : static_cast<std::uint64_t>(state.pid)));
  all.set("status", text(status));
  all.set("bundle", text(state.bundle));
  all.set("rootfs", text(state.rootfs));
  all.set("created", text(state.created));
  if (!state.annotations.empty()) all.set("annotations", annotations_of(state));
  all.set("owner", text(std::to_string(state.owner)));
  return all;
}

}  // namespace scrim::runtime
