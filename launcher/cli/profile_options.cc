// SPDX-License-Identifier: Apache-2.0
#include "launcher/cli/profile_options.h"

#include <array>
#include <cctype>
#include <utility>

#include "launcher/options/options.h"
#include "libprofile/document/file.h"
#include "libprofile/document/names.h"
#include "libprofile/policy/abi.h"
#include "libprofile/policy/syscall.h"
#include "libprofile/policy/syscall_names.h"
#include "libprofile/text.h"

namespace scrim::cli {

using document::Architecture;

resolve::Wanted wanted_profile(const std::string& text, std::string_view option) {
  if (const std::optional<resolve::Wanted> wanted = resolve::parse_wanted(text)) return *wanted;
  if (text.find('/') != std::string::npos || text.ends_with(".json") || text.ends_with(".yaml") ||
      text.ends_with(".yml"))
    return resolve::ProfileFile{text};
  throw UsageError(
      concat(option, "\"", text,
             "\": use RuntimeDefault[@containerd|docker|podman|cri-o], Localhost:PATH, Unconfined, or a "
             "file's path"));
}

void add_capability_options(Options& app, std::vector<std::string>& add, std::vector<std::string>& drop) {
  app.add_option("--cap-add", add, "capability to have in the bounding set, ALL, or DEFAULT (engines' set)")
      .delimiter(',');
  app.add_option("--cap-drop", drop, "capability to drop, ALL, or DEFAULT; done first").delimiter(',');
}

filter::Frequencies frequencies_of(const std::string& file, const runtime::Warn& warn) {
  filter::Frequencies frequencies = filter::read_frequencies(document::read_text(file), file);
  for (const auto& [name, count] : frequencies)
    if (!policy::Syscall::named(name) && !policy::newer_than_libseccomp(name))
      warn(concat(file, ": no system call is called ", name));
  return frequencies;
}

void add_target_options(Options& app, ProfileOptions& options) {
  app.add_option("--profile-root", options.profile_root,
                 "where Localhost paths start (default: /var/lib/kubelet/seccomp)");
  app.add_option(
         "--arch", options.architectures,
         "architecture to resolve it for (amd64, arm64, s390x, …; default: this machine's); its companions "
         "come along as the profile says")
      .delimiter(',');
  app.add_option("--kernel", options.kernel, "Linux version to resolve it for (default: the running one's)");
  add_capability_options(app, options.cap_add, options.cap_drop);
  app.add_flag("--strict", options.strict, "take remarks about the profile, unknown names too, for errors");
}

void add_profile_options(Options& app, ProfileOptions& options) {
  add_target_options(app, options);
  app.add_option("profile", options.profile,
                 "a file (OCI linux.seccomp or Docker's template), RuntimeDefault[@ENGINE[-VERSION]] or "
                 "Localhost:PATH")
      .required();
}

Architecture architecture_of(const std::string& name) {
  struct Other {
    std::string_view name;
    Architecture architecture;
  };
  constexpr std::array others{
      Other{"386", Architecture::x86},       Other{"i386", Architecture::x86},
      Other{"i686", Architecture::x86},      Other{"armv7l", Architecture::arm},
      Other{"armhf", Architecture::arm},     Other{"ppc64el", Architecture::ppc64le},
      Other{"mipsle", Architecture::mipsel}, Other{"mips64le", Architecture::mipsel64}};
  std::string upper = concat("SCMP_ARCH_", name);
  for (char& c : upper) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  std::optional<Architecture> found = document::architecture_named(name);
  if (!found) found = document::architecture_named(upper);
  const auto templates = document::template_names();
  for (std::size_t i = 0; !found && i < templates.size(); ++i)
    if (templates[i] == name) found = static_cast<Architecture>(i);
  for (const Other& other : others)
    if (!found && other.name == name) found = other.architecture;
  if (!found) {
    const std::string_view near = nearest_name(name, templates);
    throw UsageError(concat("--arch ", name, ": no such architecture",
                            near.empty() ? std::string(": amd64, arm64, arm, s390x, ppc64le, riscv64, …")
                                         : concat("; did you mean ", near, "?")));
  }
  if (policy::libseccomp_token(*found) == 0)
    throw Error(concat("--arch ", name, ": libseccomp ", policy::libseccomp_version(), " does not know it"));
  return *found;
}

resolve::Target target_of(const ProfileOptions& options, Architecture architecture) {
  resolve::Target target{architecture, {}, resolve::capabilities_named("DEFAULT", 0)};
  if (options.kernel.empty()) {
    target.kernel = resolve::running_kernel();
  } else {
    const auto kernel = resolve::parse_kernel_version(options.kernel);
    if (!kernel)
      throw UsageError(concat("--kernel ", options.kernel, ": a version is two numbers, as in 6.1"));
    target.kernel = *kernel;
  }
  const auto last = static_cast<unsigned>(document::capability_names().size() - 1);
  std::uint64_t bits = target.bounding.bits();
  for (const std::string& name : options.cap_drop) bits &= ~resolve::capabilities_named(name, last).bits();
  for (const std::string& name : options.cap_add) bits |= resolve::capabilities_named(name, last).bits();
  target.bounding = resolve::CapabilitySet(bits);
  return target;
}

std::vector<ResolvedProfile> resolve_profile(const Context& context, const ProfileOptions& options) {
  resolve::Settings settings = context.config.settings;
  if (!options.profile_root.empty()) settings.profile_root = options.profile_root;
  resolve::Request request;
  request.wanted = wanted_profile(options.profile);
  std::vector<Architecture> architectures;
  for (const std::string& name : options.architectures) architectures.push_back(architecture_of(name));
  if (architectures.empty()) architectures.push_back(resolve::native_architecture());
  std::vector<ResolvedProfile> profiles;
  for (const Architecture architecture : architectures) {
    ResolvedProfile profile{target_of(options, architecture), {}, {}};
    profile.resolution = resolve::resolve(request, settings, profile.target);
    if (!profile.resolution.seccomp)
      throw Error(concat(profile.resolution.name, ": no filter at all, so there is no program"));
    profile.seccomp = *profile.resolution.seccomp;
    const auto& warnings = profile.resolution.warnings;
    if (options.strict && !warnings.empty()) throw Error(warnings.front().text);
    if (profiles.empty())
      for (const document::Warning& warning : warnings) context.log.warning(warning.text);
    profiles.push_back(std::move(profile));
  }
  return profiles;
}

policy::Policy policy_of(const Context& context, const ProfileOptions& options,
                         const ResolvedProfile& profile) {
  document::Warnings warnings;
  policy::Policy policy = make_policy(
      profile.seccomp, options.strict ? policy::UnknownSyscalls::refuse : policy::UnknownSyscalls::warn,
      warnings, profile.target.architecture);
  for (const document::Warning& warning : warnings) context.log.warning(warning.text);
  return policy;
}

}  // namespace scrim::cli
