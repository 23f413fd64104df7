// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libprofile/document/diagnostic.h"

// What a pod says that decides its containers' profiles and its Pod Security level. Names are those of
// Kubernetes' core/v1.
namespace scrim::kubernetes {

using document::Position;

struct SeccompProfile {
  Position at;
  std::string type;  // empty: not set
  std::optional<std::string> localhost_profile;
  Position type_at;
  Position localhost_at;
};

struct SeLinuxOptions {
  std::string user;
  std::string role;
  std::string type;
};

// Of a pod or of a container: each has some of the fields.
struct SecurityContext {
  Position at;
  std::optional<SeccompProfile> seccomp_profile;
  std::optional<std::string> app_armor_type;  // appArmorProfile.type; empty: the profile is without one
  std::optional<SeLinuxOptions> se_linux_options;
  std::optional<bool> privileged;
  std::optional<bool> allow_privilege_escalation;
  std::optional<bool> run_as_non_root;
  std::optional<std::int64_t> run_as_user;
  std::optional<std::int64_t> run_as_group;
  std::optional<bool> host_process;  // windowsOptions.hostProcess
  std::optional<std::string> proc_mount;
  std::vector<std::string> add;   // capabilities.add
  std::vector<std::string> drop;  // capabilities.drop
  std::vector<std::string> sysctls;
};

enum class ContainerKind : unsigned char { init, sidecar, container, ephemeral };
[[nodiscard]] std::string_view name_of(ContainerKind kind);  // "init", …

struct Container {
  ContainerKind kind = ContainerKind::container;
  std::string name;
  std::string path;  // "spec.containers[0]"
  Position at;
  SecurityContext security_context;
  std::vector<std::int64_t> host_ports;  // those that are not 0
  std::vector<std::string> hosts;        // that its probes and lifecycle handlers connect to
};

struct Volume {
  std::string name;
  std::vector<std::string> sources;  // "hostPath", "configMap": the members that are set, but name
};

struct Annotation {
  std::string value;
  Position at;
};

// A pod, or the template of those that a workload makes.
struct Pod {
  std::string kind;  // of the object: "Pod", "Deployment"
  std::string name;
  std::string name_space;  // empty: not set
  std::string file;
  Position at;
  std::string spec_path;      // "spec", "spec.template.spec"
  std::string metadata_path;  // "metadata", "spec.template.metadata"
  std::map<std::string, Annotation> annotations;
  bool host_network = false;
  bool host_pid = false;
  bool host_ipc = false;
  std::optional<bool> host_users;
  std::string os;  // os.name
  SecurityContext security_context;
  std::vector<Container> containers;  // init containers first, ephemeral ones last, as Kubernetes visits them
  std::vector<Volume> volumes;
  document::Warnings warnings;  // fields that Kubernetes does not know

  [[nodiscard]] bool is_windows() const { return os == "windows"; }
};

}  // namespace scrim::kubernetes
