// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "launcher/bundle/spec.h"
#include "launcher/cgroup/cgroup.h"
#include "launcher/os/child.h"
#include "launcher/os/fd.h"

// Cgroups that systemd makes: a transient scope for each container, over D-Bus. The words are said by a
// helper program (launcher/systemd).
namespace scrim::cgroup {

// linux.cgroupsPath as a unit: "slice:prefix:name" is PREFIX-NAME.scope in SLICE; without one, scrim-ID.scope
// in system.slice, or user.slice of a user's own manager. Throws Error for another form, as runc does.
struct Unit {
  std::string name;
  std::string slice;
};
[[nodiscard]] Unit systemd_unit(const std::string& cgroups_path, const std::string& id, bool user);

// The scope while it is empty: held by the helper, which is its first process, until this goes away.
class SystemdScope {
 public:
  // Starts it, with delegation and the limits of the spec. `planned` is place()d with Manager::systemd.
  // Throws Error with systemd's message.
  SystemdScope(const Cgroup& planned, const bundle::Spec& spec);
  SystemdScope(const SystemdScope&) = delete;
  SystemdScope& operator=(const SystemdScope&) = delete;
  ~SystemdScope() = default;

  // `planned` with the directories that systemd gave it, to be create()d.
  [[nodiscard]] const Cgroup& cgroup() const { return cgroup_; }

 private:
  Cgroup cgroup_;
  os::Fd lifetime_;
  // Killed, and not left to see the end of lifetime_: a new process that could not be put into the scope
  // still has a copy of it, and is there until that error has been told.
  std::optional<os::Child> helper_;
};

// Tells systemd of changed limits (linux.resources).
void set_unit_limits(const Cgroup& cgroup, const document::json::Value& resources);

// Ends the unit and all that is in it; no error if it is gone.
void stop_unit(const Cgroup& cgroup);

}  // namespace scrim::cgroup
