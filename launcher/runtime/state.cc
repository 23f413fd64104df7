// SPDX-License-Identifier: Apache-2.0
#include "launcher/runtime/state.h"

#include <algorithm>
#include <concepts>
#include <utility>

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

bool convert(const Value& value, std::string& to) {
  if (const std::string* found = value.string()) to = *found;
  return value.string() != nullptr;
}
bool convert(const Value& value, bool& to) {
  if (const bool* found = value.boolean()) to = *found;
  return value.boolean() != nullptr;
}
template <std::integral T>
bool convert(const Value& value, T& to) {
  const auto found = value.unsigned_integer();
  if (!found || !std::in_range<T>(*found)) return false;
  to = static_cast<T>(*found);
  return true;
}
template <typename T>
bool convert(const Value& value, std::optional<T>& to) {
  T found{};
  if (!convert(value, found)) return false;
  to = found;
  return true;
}
bool convert(const Value& value, Value& to) {
  to = value;
  return true;
}
bool convert(const Value& value, cgroup::Membership& to);
template <typename T>
bool convert(const Value& value, std::vector<T>& to) {
  const Value::Array* array = value.array();
  if (array == nullptr) return false;
  std::vector<T> all(array->size());
  for (std::size_t i = 0; i < all.size(); ++i)
    if (!convert((*array)[i], all[i])) return false;
  to = std::move(all);
  return true;
}
bool convert(const Value& value, std::vector<bundle::Setting>& to) {
  const Value::Object* object = value.object();
  if (object == nullptr) return false;
  for (const document::json::Member& member : *object)
    if (const std::string* text = member.value.string()) to.push_back({member.name, *text});
  return true;
}
// Whatever is found in a membership's directory is killed at the end: never a whole hierarchy.
bool convert(const Value& value, cgroup::Membership& to) {
  const Value* mount_point = value.find("mountPoint");
  const Value* controllers = value.find("controllers");
  const Value* path = value.find("path");
  return mount_point != nullptr && convert(*mount_point, to.hierarchy.mount_point) &&
         controllers != nullptr && convert(*controllers, to.hierarchy.controllers) && path != nullptr &&
         convert(*path, to.path) && to.path.size() > to.hierarchy.mount_point.size() + 1 &&
         to.path.starts_with(concat(to.hierarchy.mount_point, "/"));
}

enum class Damage : bool { is_an_error, is_left_out };

// Reading back what to_text() wrote.
class Reader {
 public:
  Reader(const Value& all, const std::string& file, Damage damage)
      : all_(all), file_(file), damage_(damage) {}

  // A member without which the container cannot be handled safely.
  template <typename T>
  void required(T& to, std::string_view name) const {
    const Value* value = all_.find(name);
    if (value == nullptr || !convert(*value, to)) damaged(name);
  }
  // One that an older scrim may not have written: `to` keeps its default without it.
  template <typename T>
  void optional(T& to, std::string_view name) const {
    const Value* value = all_.find(name);
    if (value != nullptr && !value->is_null() && !convert(*value, to)) damaged(name);
  }
  // One that may be null, but not absent.
  template <typename T>
  void nullable(T& to, std::string_view name) const {
    if (all_.find(name) == nullptr) damaged(name);
    optional(to, name);
  }

 private:
  void damaged(std::string_view name) const {
    if (damage_ == Damage::is_an_error) throw Error(concat(file_, ": damaged: no usable \"", name, "\""));
  }
  const Value& all_;
  const std::string& file_;
  Damage damage_;
};

ContainerState read_state(const Value& all, const std::string& file, Damage damage) {
  const Reader read(all, file, damage);
  ContainerState state;
  read.optional(state.oci_version, "ociVersion");
  read.required(state.id, "id");
  read.required(state.pid, "pid");
  read.required(state.start_time, "startTime");
  read.optional(state.bundle, "bundle");
  read.optional(state.rootfs, "rootfs");
  read.optional(state.created, "created");
  read.optional(state.owner, "owner");
  read.optional(state.annotations, "annotations");
  read.required(state.cgroup.memberships, "cgroup");
  read.optional(state.cgroup.unit, "unit");
  read.optional(state.cgroup.slice, "slice");
  read.optional(state.resources, "resources");
  read.optional(state.hooks, "hooks");
  read.optional(state.listener_path, "listenerPath");
  read.optional(state.listener_metadata, "listenerMetadata");
  read.optional(state.profile, "profile");
  read.optional(state.profile_because, "profileBecause");
  // Absent, it would let `exec` start a process without the container's filter.
  read.nullable(state.filter_flags, "filterFlags");
  read.optional(state.process, "process");
  read.optional(state.personality, "personality");
  read.optional(state.memory_policy, "memoryPolicy");
  read.optional(state.new_keyring, "newKeyring");
  read.optional(state.joined_namespaces, "joinedNamespaces");
  std::vector<std::string> streams;
  read.optional(streams, "streams");
  for (std::size_t i = 0; i < std::min(streams.size(), state.streams.size()); ++i)
    state.streams.at(i) = std::move(streams[i]);
  return state;
}

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
  if (!state.joined_namespaces.empty()) all.set("joinedNamespaces", strings(state.joined_namespaces));
  if (std::ranges::any_of(state.streams, [](const std::string& stream) { return !stream.empty(); }))
    all.set("streams", strings({state.streams.begin(), state.streams.end()}));
  return document::json::to_text(all);
}

ContainerState parse_state(std::string_view content, const std::string& file) {
  return read_state(document::json::parse(content, file), file, Damage::is_an_error);
}

ContainerState salvage_state(std::string_view content, const std::string& file) {
  try {
    return read_state(document::json::parse(content, file), file, Damage::is_left_out);
  } catch (const Error&) {
    return {};
  }
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
