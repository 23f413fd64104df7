// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "launcher/bundle/spec.h"
#include "launcher/os/fd.h"

namespace scrim::init {

// CLONE_NEW* of a type, and its name in /proc/PID/ns ("net", "mnt").
[[nodiscard]] std::uint64_t clone_flag(bundle::NamespaceType type);
[[nodiscard]] const char* proc_name(bundle::NamespaceType type);

// An existing namespace to join, opened before anything changes what its path means.
struct JoinedNamespace {
  bundle::NamespaceType type;
  os::Fd fd;
  std::string path;
};

// What linux.namespaces asks for.
struct NamespacePlan {
  std::uint64_t created = 0;    // CLONE_NEW* of the new ones
  std::uint64_t by_itself = 0;  // those among them that the process creates itself, after clone(2)
  std::vector<JoinedNamespace> joined;

  [[nodiscard]] bool creates(bundle::NamespaceType type) const { return (created & clone_flag(type)) != 0; }
  [[nodiscard]] const JoinedNamespace* joins(bundle::NamespaceType type) const;
  // True if the process ends up in a user namespace other than ours.
  [[nodiscard]] bool has_user_namespace() const;
};

// Opens the namespaces to join. Throws Error if a path is no namespace of its type (NS_GET_NSTYPE of
// ioctl_ns(2)).
[[nodiscard]] NamespacePlan plan_namespaces(const bundle::Spec& spec);

// setns(2).
void join(const JoinedNamespace& joined);

// The namespaces of another process that are not ours, as CLONE_NEW*. The caller makes sure that it is still
// the same process afterwards. Throws SystemError.
[[nodiscard]] std::uint64_t namespaces_apart(pid_t pid);

// Becomes user and group 0 of the user namespace that this process has just entered, in no other group where
// setgroups(2) is not denied.
void become_root_of_user_namespace(bool set_groups);

// A new network namespace has its loopback interface down.
void bring_up_loopback();

}  // namespace scrim::init
