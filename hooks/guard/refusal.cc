// SPDX-License-Identifier: Apache-2.0
#include "hooks/guard/refusal.h"

#include <algorithm>

#include "libprofile/document/read_profile.h"
#include "libprofile/inspect/against_config.h"
#include "libprofile/resolve/annotations.h"
#include "libprofile/resolve/bundle_request.h"
#include "libprofile/text.h"

namespace scrim::guard {

using document::json::Value;

namespace {

// A profile that refuses nothing is none. Calls of other architectures are killed, whatever it says, unless
// it lists them.
bool lets_everything_through(const Request& request) {
  const std::vector<inspect::Enforced> asked =
      inspect::asked_for(request.config, request.config_file, resolve::native_architecture());
  return !asked.empty() && inspect::lets_everything_through(asked.front().abis.front());
}

bool no_new_privileges(const Value& config) {
  const Value* const process = config.find("process");
  const Value* const value = process == nullptr ? nullptr : process->find("noNewPrivileges");
  return value != nullptr && value->boolean() != nullptr && *value->boolean();
}

// What lint finds against linux.seccomp, as far as the policy counts it.
std::string findings(const Request& request, const Policy& policy) {
  if (!policy.refuse) return {};
  const Value* const linux_part = request.config.find("linux");
  const Value* const seccomp = linux_part == nullptr ? nullptr : linux_part->find("seccomp");
  if (seccomp == nullptr) return {};
  document::Warnings unread_fields;
  const document::Profile profile = document::read_profile(*seccomp, request.config_file, unread_fields);
  const lint::Against against{
      {resolve::native_architecture(), resolve::running_kernel(), resolve::bounding_set(request.config)},
      policy.runtime,
      lint::ReadAs::oci,
      no_new_privileges(request.config)};
  std::vector<std::string> counted;
  for (const lint::Finding& finding : lint::lint(profile, against))
    if (finding.severity >= *policy.refuse &&
        std::ranges::find(policy.ignore, finding.code) == policy.ignore.end())
      counted.push_back(text_of(finding));
  return join(counted, "; ");
}

}  // namespace

std::string refusal(const Request& request, const Policy& policy) {
  const Value* const annotations = request.config.find("annotations");
  if (policy.runtime != lint::Runtime::scrim && annotations != nullptr &&
      annotations->find(resolve::program_annotation) != nullptr)
    return concat("annotation ", resolve::program_annotation,
                  " makes crun load a program in place of the profile");
  const bool scrims = request.resolution.floor || !request.resolution.as_written;
  const bool unconfined = !request.resolution.seccomp || (!scrims && lets_everything_through(request));
  if (unconfined && request.privileged && !policy.allow_privileged)
    return "it is privileged, and so would run without a profile (policy: allowPrivileged)";
  if (unconfined && !request.privileged && !policy.allow_unconfined)
    return request.resolution.seccomp ? "its profile lets every call through (policy: allowUnconfined)"
                                      : "it would run unconfined (policy: allowUnconfined)";
  if (unconfined || !request.resolution.as_written) return {};
  const std::string found = findings(request, policy);
  return found.empty() ? found : concat("its profile is refused (policy: refuse, ignore): ", found);
}

}  // namespace scrim::guard
