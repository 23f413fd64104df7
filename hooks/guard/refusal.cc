// SPDX-License-Identifier: Apache-2.0
#include "hooks/guard/refusal.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "libprofile/document/read_profile.h"
#include "libprofile/document/write_profile.h"
#include "libprofile/filter/own.h"
#include "libprofile/inspect/enforced.h"
#include "libprofile/policy/policy.h"
#include "libprofile/policy/table.h"
#include "libprofile/resolve/annotations.h"
#include "libprofile/resolve/bundle_request.h"
#include "libprofile/text.h"

namespace scrim::guard {

using document::json::Value;

namespace {

// What runs although no rule names it, by default; TRACE lets it run as a tracer says, which may be a process
// of the same container.
bool lets_run(document::Action action) {
  return action == document::Action::allow || action == document::Action::log ||
         action == document::Action::trace;
}

// Why it would be as good as unconfined; empty if it would not. The profile and the floor are in force
// together, so both must be open. Calls of other architectures are killed, whatever they say, unless they
// list them.
std::string open_because(const resolve::Resolution& resolution) {
  if (!resolution.seccomp) return "would run unconfined";
  std::vector<filter::Program> programs;
  std::vector<std::string> defaults;
  for (const std::optional<document::OciSeccomp>* each : {&resolution.seccomp, &resolution.floor}) {
    if (!*each) continue;
    if (lets_run((*each)->header.default_action))
      defaults.emplace_back(name_of((*each)->header.default_action));
    document::Warnings told_by_lint;
    programs.push_back(filter::compile(make_table(
        make_policy(**each, policy::UnknownSyscalls::warn, told_by_lint, resolve::native_architecture()))));
  }
  const bool open_by_default = defaults.size() == programs.size();
  const inspect::Enforced enforced =
      inspect::enforced("", std::move(programs), resolve::native_architecture());
  if (inspect::lets_everything_through(enforced.abis.front()))
    return "has a profile that lets every call through";
  if (!open_by_default) return {};
  return concat("has a profile that lets through what it does not list, by its default action ",
                join(defaults));
}

bool no_new_privileges(const Value& config) {
  const Value* const process = config.find("process");
  const Value* const value = process == nullptr ? nullptr : process->find("noNewPrivileges");
  return value != nullptr && value->boolean() != nullptr && *value->boolean();
}

// As it is in config.json, so that lint sees what runtimes drop from it, or as it was resolved.
document::Profile profile_of(const Request& request) {
  document::Warnings told_by_lint;
  if (!request.resolution.as_written)
    return document::read_profile(document::to_json(*request.resolution.seccomp),
                                  request.resolution.seccomp->file, told_by_lint);
  return document::read_profile(*request.config.find("linux")->find("seccomp"), request.config_file,
                                told_by_lint);
}

// What lint finds against the profile, as far as the policy counts it.
std::string findings(const Request& request, const Policy& policy) {
  if (!policy.refuse) return {};
  const lint::Against against{
      {resolve::native_architecture(), resolve::running_kernel(), resolve::bounding_set(request.config)},
      policy.runtime,
      lint::ReadAs::oci,
      no_new_privileges(request.config)};
  std::vector<std::string> counted;
  for (const lint::Finding& finding : lint::lint(profile_of(request), against))
    if (finding.severity >= *policy.refuse &&
        std::ranges::find(policy.ignore, finding.code) == policy.ignore.end()) {
      counted.push_back(text_of(finding));
      std::ranges::replace(counted.back(), '\n', ' ');  // before the mend
    }
  return join(counted, "; ");
}

}  // namespace

std::string refusal(const Request& request, const Policy& policy) {
  const Value* const annotations = request.config.find("annotations");
  if (policy.runtime != lint::Runtime::scrim && annotations != nullptr &&
      annotations->find(resolve::program_annotation) != nullptr)
    return concat("annotation ", resolve::program_annotation,
                  " makes crun load a program in place of the profile");
  const std::string open = open_because(request.resolution);
  if (!open.empty() && request.privileged && !policy.allow_privileged)
    return concat("it is privileged, and ", open, " (policy: allowPrivileged)");
  if (!open.empty() && !request.privileged && !policy.allow_unconfined)
    return concat("it ", open, " (policy: allowUnconfined)");
  if (!request.resolution.seccomp) return {};
  const std::string found = findings(request, policy);
  return found.empty() ? found : concat("its profile is refused (policy: refuse, ignore): ", found);
}

}  // namespace scrim::guard
