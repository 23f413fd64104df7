// SPDX-License-Identifier: Apache-2.0
#include "launcher/runtime/prepare.h"

#include <linux/seccomp.h>
#include <sys/syscall.h>

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <memory>
#include <utility>
#include <vector>

#include "libprofile/document/file.h"
#include "libprofile/error.h"
#include "libprofile/filter/fuse.h"
#include "libprofile/filter/interpreter.h"
#include "libprofile/filter/verify.h"
#include "libprofile/kernel/seccomp.h"
#include "libprofile/policy/abi.h"
#include "libprofile/policy/policy.h"
#include "libprofile/text.h"

namespace scrim::runtime {

namespace {

void pass_on(const document::Warnings& warnings, const Warn& warn) {
  for (const document::Warning& warning : warnings) warn(warning.text);
}

// Interprets a profile; the one that notifies says where its listener goes.
void add_policy(const document::OciSeccomp& seccomp, const ProfileOptions& options, PreparedProfile& prepared,
                std::vector<policy::Policy>& policies, const Warn& warn) {
  document::Warnings warnings;
  const bool notified = std::ranges::any_of(policies, &policy::Policy::notifies);
  policies.push_back(make_policy(
      seccomp, options.strict ? policy::UnknownSyscalls::refuse : policy::UnknownSyscalls::warn, warnings));
  pass_on(warnings, warn);
  const bool notifies = policies.back().notifies;
  if (notifies && seccomp.header.listener_path.empty())
    throw Error(concat(seccomp.file, ": SCMP_ACT_NOTIFY needs a listenerPath"));
  // seccomp(2), NEW_LISTENER: EBUSY
  if (notifies && notified)
    throw Error(
        concat(prepared.resolution.name,
               ": both the profile and the floor have SCMP_ACT_NOTIFY, and a process has one listener "
               "at most"));
  if (notified || (!notifies && policies.size() > 1)) return;
  prepared.listener_path = seccomp.header.listener_path;
  prepared.listener_metadata = seccomp.header.listener_metadata;
}

// What is asked of the kernel for one program in place of several: every action, and the flags.
policy::Policy together(const std::vector<policy::Policy>& policies) {
  policy::Policy all = policies.front();
  all.flags = filter::fuse_flags(policies);
  for (std::size_t i = 1; i < policies.size(); ++i) {
    const policy::Policy& other = policies[i];
    all.notifies = all.notifies || other.notifies;
    all.rules.insert(all.rules.end(), other.rules.begin(), other.rules.end());
    all.rules.push_back({"read", other.otherwise, {}});  // whichever call: only the action is looked at
  }
  return all;
}

std::string absolute(const std::string& directory) {
  const std::unique_ptr<char, decltype(&std::free)> path(realpath(directory.c_str(), nullptr), &std::free);
  if (!path) throw_errno(concat("open bundle ", directory));
  return path.get();
}

}  // namespace

PreparedProfile prepare_profile(const resolve::Request& request, const resolve::Settings& settings,
                                resolve::CapabilitySet bounding, const ProfileOptions& options,
                                const Warn& warn) {
  const resolve::Target target{resolve::native_architecture(), resolve::running_kernel(), bounding};
  PreparedProfile prepared;
  prepared.resolution = resolve::resolve(request, settings, target);
  if (options.strict && !prepared.resolution.warnings.empty())
    throw Error(prepared.resolution.warnings.front().text);
  pass_on(prepared.resolution.warnings, warn);
  if (options.tell) options.tell(prepared.resolution);
  if (!prepared.resolution.seccomp) return prepared;

  std::vector<policy::Policy> policies;  // the floor behind the profile, as if it had been installed before
  add_policy(*prepared.resolution.seccomp, options, prepared, policies, warn);
  if (prepared.resolution.floor) add_policy(*prepared.resolution.floor, options, prepared, policies, warn);
  prepared.flags = prepared.resolution.floor ? kernel::filter_flags(together(policies))
                                             : kernel::filter_flags(policies.front());
  if (options.verify)
    for (const policy::Policy& policy : policies) prepared.tables.push_back(make_table(policy));
  prepared.compilation.emplace(std::move(policies), options.compiler, filter::Compilation::cpu_limit,
                               options.frequencies);
  return prepared;
}

filter::Program finished_program(PreparedProfile& profile) {
  filter::Program program = profile.compilation->get();
  if (!profile.tables.empty()) filter::prove(program, profile.tables);
  seccomp_data call{};
  call.nr = SYS_execve;
  call.arch = policy::audit_arch(resolve::native_architecture());
  // The arguments are addresses: a rule on them is decided when there are some.
  seccomp_data other = call;
  std::fill(std::begin(other.args), std::end(other.args), ~std::uint64_t{0});
  const auto denied = [&](const seccomp_data& data) {
    const std::uint32_t action = filter::execute(program, data).answer & SECCOMP_RET_ACTION_FULL;
    return action == SECCOMP_RET_ERRNO || action == SECCOMP_RET_TRAP || action == SECCOMP_RET_KILL_PROCESS ||
           action == SECCOMP_RET_KILL_THREAD;
  };
  if (denied(call) && denied(other))
    throw Error(concat(profile.resolution.name, " does not allow execve: nothing can start under it"));
  return program;
}

PreparedBundle prepare_bundle(const std::string& directory, const std::string& config_file,
                              const resolve::RuntimeConfig& runtime_config, ProfileOptions options,
                              const Warn& warn) {
  PreparedBundle prepared;
  prepared.directory = absolute(directory);
  prepared.config_file = config_file.empty() ? concat(prepared.directory, "/config.json") : config_file;
  prepared.config = document::json::parse(document::read_text(prepared.config_file), prepared.config_file);
  prepared.runtime_config = &runtime_config;
  prepared.profile = std::move(options);
  document::Warnings warnings;
  prepared.spec = bundle::read_spec(prepared.config, prepared.config_file, prepared.directory, warnings);
  pass_on(warnings, warn);
  return prepared;
}

PreparedProfile prepare_profile(const PreparedBundle& bundle, const Warn& warn) {
  document::Warnings warnings;
  const resolve::Request request =
      resolve::bundle_request(bundle.config, bundle.config_file, *bundle.runtime_config, warnings);
  pass_on(warnings, warn);
  return prepare_profile(request, bundle.runtime_config->settings, resolve::bounding_set(bundle.config),
                         bundle.profile, warn);
}

}  // namespace scrim::runtime
