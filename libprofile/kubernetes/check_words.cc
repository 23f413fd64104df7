// SPDX-License-Identifier: Apache-2.0
#include "libprofile/kubernetes/checks.h"
#include "libprofile/text.h"

namespace scrim::kubernetes::checks {

std::string quoted_list(const Names& names) {
  std::string out;
  for (const std::string& name : names) out += concat(out.empty() ? "\"" : ", \"", name, "\"");
  return out;
}

std::string quoted_list(const Set& names) {
  return quoted_list(Names(names.begin(), names.end()));
}

std::string_view plural(std::string_view one, std::string_view several, std::size_t count) {
  return count == 1 ? one : several;
}

std::string containers(const Names& names) {
  return concat(plural("container", "containers", names.size()), " ", quoted_list(names));
}

std::string Setters::text() const {
  if (containers.empty()) return pod ? "pod" : "";
  return concat(pod ? "pod and " : "", checks::containers(containers));
}

bool is_relaxed_by_user_namespace(const Pod& pod, Version version) {
  return version >= Version{1, 35} && pod.host_users == false;
}

bool is_confining(const SeccompProfile& profile) {
  return profile.type == "RuntimeDefault" || profile.type == "Localhost";
}

Result seccomp_types(const Pod& pod) {
  Setters setters;
  Set values;
  const auto look = [&](const SecurityContext& context) {
    const bool bad = context.seccomp_profile && !is_confining(*context.seccomp_profile);
    if (bad) values.insert(context.seccomp_profile->type);
    return bad;
  };
  setters.pod = look(pod.security_context);
  for (const Container& container : pod.containers)
    if (look(container.security_context)) setters.containers.push_back(container.name);
  if (!setters.any()) return std::nullopt;
  return Failure{
      "seccompProfile",
      concat(setters.text(), " must not set securityContext.seccompProfile.type to ", quoted_list(values))};
}

}  // namespace scrim::kubernetes::checks
