// SPDX-License-Identifier: Apache-2.0
#include "libprofile/kubernetes/pod_security.h"

#include <algorithm>
#include <array>

#include "libprofile/kubernetes/checks.h"
#include "libprofile/text.h"

namespace scrim::kubernetes {

namespace {

struct Check {
  std::string_view id;
  Level level;
  Version since;
  checks::Result (*check)(const Pod&, Version);
  std::string_view overrides = {};  // a check of baseline that is left out where this one applies
};

// Baseline first, then by id: the order of Kubernetes' messages.
constexpr std::array table{
    Check{"appArmorProfile", Level::baseline, {1, 0}, checks::app_armor_profile},
    Check{"capabilities_baseline", Level::baseline, {1, 0}, checks::capabilities_baseline},
    Check{"hostNamespaces", Level::baseline, {1, 0}, checks::host_namespaces},
    Check{"hostPathVolumes", Level::baseline, {1, 0}, checks::host_path_volumes},
    Check{"hostPorts", Level::baseline, {1, 0}, checks::host_ports},
    Check{"hostProbesAndHostLifecycle", Level::baseline, {1, 34}, checks::host_probes_and_lifecycle},
    Check{"privileged", Level::baseline, {1, 0}, checks::privileged},
    Check{"procMount", Level::baseline, {1, 0}, checks::proc_mount},
    Check{"seLinuxOptions", Level::baseline, {1, 0}, checks::se_linux_options},
    Check{"seccompProfile_baseline", Level::baseline, {1, 0}, checks::seccomp_profile_baseline},
    Check{"sysctls", Level::baseline, {1, 0}, checks::sysctls},
    Check{"windowsHostProcess", Level::baseline, {1, 0}, checks::windows_host_process},
    Check{"allowPrivilegeEscalation", Level::restricted, {1, 8}, checks::allow_privilege_escalation},
    Check{"capabilities_restricted",
          Level::restricted,
          {1, 22},
          checks::capabilities_restricted,
          "capabilities_baseline"},
    Check{"procMount_restricted", Level::restricted, {1, 35}, checks::proc_mount_restricted, "procMount"},
    Check{"restrictedVolumes", Level::restricted, {1, 0}, checks::restricted_volumes, "hostPathVolumes"},
    Check{"runAsNonRoot", Level::restricted, {1, 0}, checks::run_as_non_root},
    Check{"runAsUser", Level::restricted, {1, 23}, checks::run_as_user},
    Check{"seccompProfile_restricted",
          Level::restricted,
          {1, 19},
          checks::seccomp_profile_restricted,
          "seccompProfile_baseline"}};

constexpr std::array levels{Level::privileged, Level::baseline, Level::restricted};

}  // namespace

std::string_view name_of(Level level) {
  switch (level) {
    case Level::privileged:
      return "privileged";
    case Level::baseline:
      return "baseline";
    case Level::restricted:
      return "restricted";
  }
  return "privileged";
}

std::optional<Level> level_named(std::string_view name) {
  for (const Level level : levels)
    if (name_of(level) == name) return level;
  return std::nullopt;
}

std::vector<Violation> violations(const Pod& pod, Level level, Version version) {
  const auto applies = [&](const Check& check) { return check.level <= level && check.since <= version; };
  const auto is_overridden = [&](const Check& check) {
    return std::ranges::any_of(
        table, [&](const Check& other) { return applies(other) && other.overrides == check.id; });
  };
  std::vector<Violation> found;
  for (const Check& check : table) {
    if (!applies(check) || is_overridden(check)) continue;
    if (checks::Result failure = check.check(pod, version))
      found.push_back({check.id, std::move(failure->reason), std::move(failure->detail)});
  }
  return found;
}

std::string text_of(const std::vector<Violation>& violations) {
  std::string out;
  for (const Violation& violation : violations)
    out += concat(out.empty() ? "" : ", ", violation.reason, " (", violation.detail, ")");
  return out;
}

}  // namespace scrim::kubernetes
