// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "libprofile/kubernetes/annotations.h"
#include "libprofile/kubernetes/checks.h"
#include "libprofile/kubernetes/fields.h"
#include "libprofile/text.h"

namespace scrim::kubernetes::checks {

namespace {

// key="value"
std::string assignment(std::string_view key, std::string_view value) {
  return concat(key, "=", quoted(value, std::string::npos));
}

}  // namespace

Result app_armor_profile(const Pod& pod, Version) {
  constexpr std::string_view annotation_prefix = "container.apparmor.security.beta.kubernetes.io/";
  Setters setters;
  Set types;
  const auto look = [&](const SecurityContext& context) {
    const bool bad = context.app_armor_type && *context.app_armor_type != "RuntimeDefault" &&
                     *context.app_armor_type != "Localhost";
    if (bad) types.insert(*context.app_armor_type);
    return bad;
  };
  setters.pod = look(pod.security_context);
  for (const Container& container : pod.containers)
    if (look(container.security_context)) setters.containers.push_back(container.name);
  Set annotations;
  for (const auto& [key, annotation] : pod.annotations) {
    const std::string& value = annotation.value;
    if (key.starts_with(annotation_prefix) && !value.empty() && value != "runtime/default" &&
        !value.starts_with("localhost/"))
      annotations.insert(assignment(key, value));
  }
  if (!setters.any() && annotations.empty()) return std::nullopt;
  Names values(types.begin(), types.end());
  values.insert(values.end(), annotations.begin(), annotations.end());
  std::string who = setters.text();
  if (!annotations.empty())
    who += concat(who.empty() ? "" : " and ", plural("annotation", "annotations", annotations.size()));
  return Failure{
      std::string(plural("forbidden AppArmor profile", "forbidden AppArmor profiles", values.size())),
      concat(who, " must not set AppArmor profile type to ", quoted_list(values))};
}

Result capabilities_baseline(const Pod& pod, Version) {
  constexpr std::string_view allowed =
      "AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE SETFCAP SETGID SETPCAP "
      "SETUID "
      "SYS_CHROOT";
  Names bad;
  Set added;
  for (const Container& container : pod.containers) {
    bool valid = true;
    for (const std::string& name : container.security_context.add) {
      if (is_among(name, allowed)) continue;
      valid = false;
      added.insert(name);
    }
    if (!valid) bad.push_back(container.name);
  }
  if (bad.empty()) return std::nullopt;
  return Failure{"non-default capabilities", concat(containers(bad), " must not include ", quoted_list(added),
                                                    " in securityContext.capabilities.add")};
}

Result host_namespaces(const Pod& pod, Version) {
  Names used;
  if (pod.host_network) used.emplace_back("hostNetwork=true");
  if (pod.host_pid) used.emplace_back("hostPID=true");
  if (pod.host_ipc) used.emplace_back("hostIPC=true");
  if (used.empty()) return std::nullopt;
  return Failure{"host namespaces", join(used)};
}

Result host_path_volumes(const Pod& pod, Version) {
  Names bad;
  for (const Volume& volume : pod.volumes)
    if (std::ranges::find(volume.sources, "hostPath") != volume.sources.end()) bad.push_back(volume.name);
  if (bad.empty()) return std::nullopt;
  return Failure{"hostPath volumes", concat(plural("volume", "volumes", bad.size()), " ", quoted_list(bad))};
}

Result host_ports(const Pod& pod, Version) {
  Names bad;
  Set ports;
  for (const Container& container : pod.containers) {
    for (const std::int64_t port : container.host_ports) ports.insert(std::to_string(port));
    if (!container.host_ports.empty()) bad.push_back(container.name);
  }
  if (bad.empty()) return std::nullopt;
  return Failure{"hostPort", concat(containers(bad), " ", plural("uses", "use", bad.size()), " ",
                                    plural("hostPort", "hostPorts", ports.size()), " ",
                                    join(Names(ports.begin(), ports.end())))};
}

Result host_probes_and_lifecycle(const Pod& pod, Version) {
  Set bad;
  Set hosts;
  for (const Container& container : pod.containers) {
    hosts.insert(container.hosts.begin(), container.hosts.end());
    if (!container.hosts.empty()) bad.insert(container.name);
  }
  if (bad.empty()) return std::nullopt;
  return Failure{"probe or lifecycle host",
                 concat(containers(Names(bad.begin(), bad.end())), " ", plural("uses", "use", bad.size()),
                        " ", plural("probe or lifecycle host", "probe or lifecycle hosts", hosts.size()), " ",
                        quoted_list(hosts))};
}

Result privileged(const Pod& pod, Version) {
  Names bad;
  for (const Container& container : pod.containers)
    if (container.security_context.privileged == true) bad.push_back(container.name);
  if (bad.empty()) return std::nullopt;
  return Failure{"privileged", concat(containers(bad), " must not set securityContext.privileged=true")};
}

Result proc_mount(const Pod& pod, Version version) {
  if (is_relaxed_by_user_namespace(pod, version)) return std::nullopt;
  return proc_mount_restricted(pod, version);
}

Result se_linux_options(const Pod& pod, Version version) {
  Setters setters;
  Set types;
  bool sets_user = false;
  bool sets_role = false;
  const auto look = [&](const SecurityContext& context) {
    if (!context.se_linux_options) return false;
    const SeLinuxOptions& options = *context.se_linux_options;
    const bool bad_type = !options.type.empty() &&
                          !is_among(options.type, "container_t container_init_t container_kvm_t") &&
                          !(options.type == "container_engine_t" && version >= Version{1, 31});
    if (bad_type) types.insert(options.type);
    sets_user = sets_user || !options.user.empty();
    sets_role = sets_role || !options.role.empty();
    return bad_type || !options.user.empty() || !options.role.empty();
  };
  setters.pod = look(pod.security_context);
  for (const Container& container : pod.containers)
    if (look(container.security_context)) setters.containers.push_back(container.name);
  if (!setters.any()) return std::nullopt;
  Names what;
  if (!types.empty()) what.push_back(concat(plural("type", "types", types.size()), " ", quoted_list(types)));
  if (sets_user) what.emplace_back("user may not be set");
  if (sets_role) what.emplace_back("role may not be set");
  return Failure{"seLinuxOptions",
                 concat(setters.text(), " set forbidden securityContext.seLinuxOptions: ", join(what, "; "))};
}

Result seccomp_profile_baseline(const Pod& pod, Version version) {
  if (version >= Version{1, 19}) return seccomp_types(pod);
  Set forbidden;
  const auto look = [&](const std::string& key) {
    const auto found = pod.annotations.find(key);
    if (found == pod.annotations.end()) return;
    const std::string& value = found->second.value;
    if (value != "runtime/default" && value != "docker/default" && !value.starts_with("localhost/"))
      forbidden.insert(assignment(key, value));
  };
  look(std::string(pod_annotation));
  for (const Container& container : pod.containers) look(container_annotation(container.name));
  if (forbidden.empty()) return std::nullopt;
  return Failure{"seccompProfile", concat("forbidden ", plural("annotation", "annotations", forbidden.size()),
                                          " ", join(Names(forbidden.begin(), forbidden.end())))};
}

Result sysctls(const Pod& pod, Version version) {
  std::string safe =
      "kernel.shm_rmid_forced net.ipv4.ip_local_port_range net.ipv4.tcp_syncookies net.ipv4.ping_group_range "
      "net.ipv4.ip_unprivileged_port_start";
  if (version >= Version{1, 27}) safe += " net.ipv4.ip_local_reserved_ports";
  if (version >= Version{1, 29})
    safe +=
        " net.ipv4.tcp_keepalive_time net.ipv4.tcp_fin_timeout net.ipv4.tcp_keepalive_intvl "
        "net.ipv4.tcp_keepalive_probes";
  if (version >= Version{1, 32}) safe += " net.ipv4.tcp_rmem net.ipv4.tcp_wmem";
  if (version >= Version{1, 37}) safe += " net.ipv4.tcp_slow_start_after_idle net.ipv4.tcp_notsent_lowat";
  Names bad;
  for (const std::string& name : pod.security_context.sysctls)
    if (!is_among(name, safe)) bad.push_back(name);
  if (bad.empty()) return std::nullopt;
  return Failure{"forbidden sysctls", join(bad)};
}

Result windows_host_process(const Pod& pod, Version) {
  Setters setters;
  setters.pod = pod.security_context.host_process == true;
  for (const Container& container : pod.containers)
    if (container.security_context.host_process == true) setters.containers.push_back(container.name);
  if (!setters.any()) return std::nullopt;
  return Failure{"hostProcess",
                 concat(setters.text(), " must not set securityContext.windowsOptions.hostProcess=true")};
}

}  // namespace scrim::kubernetes::checks
