// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "libprofile/kubernetes/checks.h"
#include "libprofile/kubernetes/fields.h"
#include "libprofile/text.h"

namespace scrim::kubernetes::checks {

namespace {

// Since 1.25 pods of Windows need not set what is of Linux alone.
bool is_exempt(const Pod& pod, Version version) {
  return version >= Version{1, 25} && pod.is_windows();
}

}  // namespace

Result allow_privilege_escalation(const Pod& pod, Version version) {
  if (is_exempt(pod, version)) return std::nullopt;
  Names bad;
  for (const Container& container : pod.containers)
    if (container.security_context.allow_privilege_escalation.value_or(true)) bad.push_back(container.name);
  if (bad.empty()) return std::nullopt;
  return Failure{"allowPrivilegeEscalation != false",
                 concat(containers(bad), " must set securityContext.allowPrivilegeEscalation=false")};
}

Result capabilities_restricted(const Pod& pod, Version version) {
  if (is_exempt(pod, version)) return std::nullopt;
  Names keep;
  Names add;
  Set added;
  for (const Container& container : pod.containers) {
    const SecurityContext& context = container.security_context;
    if (std::ranges::find(context.drop, "ALL") == context.drop.end()) keep.push_back(container.name);
    const std::size_t before = add.size();
    for (const std::string& name : context.add) {
      if (name == "NET_BIND_SERVICE") continue;
      added.insert(name);
      if (add.size() == before) add.push_back(container.name);
    }
  }
  Names details;
  if (!keep.empty())
    details.push_back(concat(containers(keep), " must set securityContext.capabilities.drop=[\"ALL\"]"));
  if (!add.empty())
    details.push_back(concat(containers(add), " must not include ", quoted_list(added),
                             " in securityContext.capabilities.add"));
  if (details.empty()) return std::nullopt;
  return Failure{"unrestricted capabilities", join(details, "; ")};
}

Result proc_mount_restricted(const Pod& pod, Version) {
  Names bad;
  Set types;
  for (const Container& container : pod.containers) {
    const std::optional<std::string>& type = container.security_context.proc_mount;
    if (!type || *type == "Default") continue;
    bad.push_back(container.name);
    types.insert(*type);
  }
  if (bad.empty()) return std::nullopt;
  return Failure{"procMount",
                 concat(containers(bad), " must not set securityContext.procMount to ", quoted_list(types))};
}

Result restricted_volumes(const Pod& pod, Version) {
  constexpr std::string_view allowed =
      "configMap csi downwardAPI emptyDir image ephemeral projected secret persistentVolumeClaim";
  constexpr std::string_view known =
      "hostPath gcePersistentDisk awsElasticBlockStore gitRepo nfs iscsi glusterfs rbd flexVolume cinder "
      "cephfs "
      "flocker fc azureFile vsphereVolume quobyte azureDisk photonPersistentDisk portworxVolume scaleIO "
      "storageos";
  Names bad;
  Set types;
  for (const Volume& volume : pod.volumes) {
    const auto is = [&](std::string_view words) {
      return [words](const std::string& source) { return is_among(source, words); };
    };
    if (std::ranges::any_of(volume.sources, is(allowed))) continue;
    bad.push_back(volume.name);
    // A volume has one source; the API server refuses it if it has more.
    const auto type = std::ranges::find_if(volume.sources, is(known));
    types.insert(type == volume.sources.end() ? "unknown" : *type);
  }
  if (bad.empty()) return std::nullopt;
  return Failure{"restricted volume types",
                 concat(plural("volume", "volumes", bad.size()), " ", quoted_list(bad), " ",
                        plural("uses", "use", bad.size()), " ",
                        plural("restricted volume type", "restricted volume types", types.size()), " ",
                        quoted_list(types))};
}

Result run_as_non_root(const Pod& pod, Version version) {
  if (is_relaxed_by_user_namespace(pod, version)) return std::nullopt;
  const std::optional<bool> of_pod = pod.security_context.run_as_non_root;
  Setters setters;
  setters.pod = of_pod == false;
  Names missing;
  for (const Container& container : pod.containers) {
    const std::optional<bool> own = container.security_context.run_as_non_root;
    if (own == false) setters.containers.push_back(container.name);
    if (!own && of_pod != true) missing.push_back(container.name);
  }
  constexpr const char* reason = "runAsNonRoot != true";
  if (setters.any())
    return Failure{reason, concat(setters.text(), " must not set securityContext.runAsNonRoot=false")};
  if (missing.empty()) return std::nullopt;
  return Failure{reason,
                 concat("pod or ", containers(missing), " must set securityContext.runAsNonRoot=true")};
}

Result run_as_user(const Pod& pod, Version version) {
  if (is_relaxed_by_user_namespace(pod, version)) return std::nullopt;
  Setters setters;
  setters.pod = pod.security_context.run_as_user == 0;
  for (const Container& container : pod.containers)
    if (container.security_context.run_as_user == 0) setters.containers.push_back(container.name);
  if (!setters.any()) return std::nullopt;
  return Failure{"runAsUser=0", concat(setters.text(), " must not set runAsUser=0")};
}

Result seccomp_profile_restricted(const Pod& pod, Version version) {
  if (is_exempt(pod, version)) return std::nullopt;
  if (Result bad = seccomp_types(pod)) return bad;
  if (pod.security_context.seccomp_profile) return std::nullopt;
  Names missing;
  for (const Container& container : pod.containers)
    if (!container.security_context.seccomp_profile) missing.push_back(container.name);
  if (missing.empty()) return std::nullopt;
  return Failure{"seccompProfile",
                 concat("pod or ", containers(missing),
                        " must set securityContext.seccompProfile.type to \"RuntimeDefault\" or "
                        "\"Localhost\"")};
}

}  // namespace scrim::kubernetes::checks
