// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "libprofile/kubernetes/pod.h"
#include "libprofile/kubernetes/version.h"

// The checks one by one; pod_security.cc has the table that says when each applies.
namespace scrim::kubernetes::checks {

struct Failure {
  std::string reason;
  std::string detail;
};
using Result = std::optional<Failure>;  // nothing: passed

// baseline
[[nodiscard]] Result app_armor_profile(const Pod& pod, Version version);
[[nodiscard]] Result capabilities_baseline(const Pod& pod, Version version);
[[nodiscard]] Result host_namespaces(const Pod& pod, Version version);
[[nodiscard]] Result host_path_volumes(const Pod& pod, Version version);
[[nodiscard]] Result host_ports(const Pod& pod, Version version);
[[nodiscard]] Result host_probes_and_lifecycle(const Pod& pod, Version version);
[[nodiscard]] Result privileged(const Pod& pod, Version version);
[[nodiscard]] Result proc_mount(const Pod& pod, Version version);
[[nodiscard]] Result se_linux_options(const Pod& pod, Version version);
[[nodiscard]] Result seccomp_profile_baseline(const Pod& pod, Version version);
[[nodiscard]] Result sysctls(const Pod& pod, Version version);
[[nodiscard]] Result windows_host_process(const Pod& pod, Version version);

// restricted
[[nodiscard]] Result allow_privilege_escalation(const Pod& pod, Version version);
[[nodiscard]] Result capabilities_restricted(const Pod& pod, Version version);
[[nodiscard]] Result proc_mount_restricted(const Pod& pod, Version version);
[[nodiscard]] Result restricted_volumes(const Pod& pod, Version version);
[[nodiscard]] Result run_as_non_root(const Pod& pod, Version version);
[[nodiscard]] Result run_as_user(const Pod& pod, Version version);
[[nodiscard]] Result seccomp_profile_restricted(const Pod& pod, Version version);

// The words that they share.
using Names = std::vector<std::string>;
// Sorted by bytes, each once, as Go's sets list them.
using Set = std::set<std::string>;

[[nodiscard]] std::string quoted_list(const Names& names);  // "a", "b"
[[nodiscard]] std::string quoted_list(const Set& names);
[[nodiscard]] std::string_view plural(std::string_view one, std::string_view several, std::size_t count);
[[nodiscard]] std::string containers(const Names& names);  // containers "a", "b"

// Who sets something: the pod itself, and which of its containers: pod and container "a".
struct Setters {
  bool pod = false;
  Names containers;
  [[nodiscard]] bool any() const { return pod || !containers.empty(); }
  [[nodiscard]] std::string text() const;
};

// A seccompProfile.type that both levels allow, and who sets another.
[[nodiscard]] bool is_confining(const SeccompProfile& profile);
[[nodiscard]] Result seccomp_types(const Pod& pod);

// Since 1.35 a pod in a user namespace may be root in it (KEP-127).
[[nodiscard]] bool is_relaxed_by_user_namespace(const Pod& pod, Version version);

}  // namespace scrim::kubernetes::checks
