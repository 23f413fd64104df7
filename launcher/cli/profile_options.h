// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>
#include "launcher/options/options.h"

#include "launcher/cli/command.h"
#include "launcher/cli/container_options.h"
#include "libprofile/filter/frequencies.h"
#include "libprofile/policy/policy.h"
#include "libprofile/resolve/resolve.h"

// How a command line names a profile, and what it is resolved for.
namespace scrim::cli {

// What `launch --profile` and `profile …` take. Throws UsageError, beginning with `option`.
[[nodiscard]] resolve::Wanted wanted_profile(const std::string& text, std::string_view option = "");

void add_capability_options(Options& app, std::vector<std::string>& add, std::vector<std::string>& drop);

inline constexpr const char* frequencies_help =
    "what the program's calls were, as strace -c or perf trace -s print it, or lines \"NAME COUNT\": the "
    "filter is "
    "quickest for those";
// Warns of names that no system call has.
[[nodiscard]] filter::Frequencies frequencies_of(const std::string& file, const runtime::Warn& warn);

// A profile, and the machine and container that it is for; this machine and its kernel, and an engine's
// default container, where nothing else is said. Nothing of what these commands do depends on who calls them.
struct ProfileOptions {
  std::string profile;
  std::string profile_root;
  std::vector<std::string> architectures;
  std::string kernel;
  std::vector<std::string> cap_add;
  std::vector<std::string> cap_drop;
  bool strict = false;
};
void add_profile_options(Options& app, ProfileOptions& options);
// The same without the profile, where it has another name.
void add_target_options(Options& app, ProfileOptions& options);

// SCMP_ARCH_*, or what Go or uname(1) call it. Throws UsageError.
[[nodiscard]] document::Architecture architecture_of(const std::string& name);

// The kernel and the capabilities that are asked for. Throws UsageError.
[[nodiscard]] resolve::Target target_of(const ProfileOptions& options, document::Architecture architecture);

// Resolved for one architecture.
struct ResolvedProfile {
  resolve::Target target;
  resolve::Resolution resolution;
  document::OciSeccomp seccomp;
};
// For each of --arch. Remarks go to the log. Throws Error for Unconfined, of which there is no program.
[[nodiscard]] std::vector<ResolvedProfile> resolve_profile(const Context& context,
                                                           const ProfileOptions& options);

// What it means, with remarks to the log; refuses what it remarks on if --strict.
[[nodiscard]] policy::Policy policy_of(const Context& context, const ProfileOptions& options,
                                       const ResolvedProfile& profile);

}  // namespace scrim::cli
