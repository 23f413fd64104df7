// SPDX-License-Identifier: Apache-2.0
#include "libprofile/kubernetes/container_process.h"

#include <algorithm>
#include <cctype>

#include "libprofile/document/names.h"
#include "libprofile/text.h"

namespace scrim::kubernetes {

namespace {

// CRI-O pkg/config: default_capabilities, less than containerd's and Docker's.
constexpr std::string_view cri_o_default =
    "CHOWN DAC_OVERRIDE FSETID FOWNER SETGID SETUID SETPCAP KILL NET_BIND_SERVICE";

resolve::CapabilitySet all_capabilities() {
  return resolve::capabilities_named("ALL", static_cast<unsigned>(document::capability_names().size() - 1));
}

resolve::CapabilitySet default_capabilities(defaults::Engine engine) {
  if (engine != defaults::Engine::cri_o) return resolve::capabilities_named("DEFAULT", 0);
  resolve::CapabilitySet set;
  for (const std::string_view name : split(cri_o_default, ' '))
    set.add(*resolve::CapabilitySet::number_of(name));
  return set;
}

bool is_all(std::string_view name) {
  constexpr std::string_view all = "ALL";
  return std::ranges::equal(name, all,
                            [](char a, char b) { return std::toupper(static_cast<unsigned char>(a)) == b; });
}

}  // namespace

Bounding bounding_set(const SecurityContext& context, defaults::Engine engine) {
  if (context.privileged == true) return {all_capabilities(), {}};
  Bounding out{default_capabilities(engine), {}};
  if (std::ranges::any_of(context.add, is_all)) out.set = all_capabilities();
  if (std::ranges::any_of(context.drop, is_all)) out.set = resolve::CapabilitySet();
  const auto each = [&](const std::vector<std::string>& names, auto change) {
    for (const std::string& name : names) {
      if (is_all(name)) continue;
      if (const std::optional<unsigned> number = resolve::CapabilitySet::number_of(name))
        change(*number);
      else
        out.unknown.push_back(name);
    }
  };
  each(context.add, [&](unsigned number) { out.set.add(number); });
  each(context.drop, [&](unsigned number) { out.set.remove(number); });
  return out;
}

bool has_no_new_privileges(const SecurityContext& context) {
  return context.allow_privilege_escalation == false;
}

ProcessUser user_of(const Pod& pod, const Container& container) {
  const SecurityContext& own = container.security_context;
  const SecurityContext& of_pod = pod.security_context;
  return {own.run_as_user ? own.run_as_user : of_pod.run_as_user,
          own.run_as_group ? own.run_as_group : of_pod.run_as_group,
          (own.run_as_non_root ? own.run_as_non_root : of_pod.run_as_non_root) == true};
}

}  // namespace scrim::kubernetes
