// SPDX-License-Identifier: Apache-2.0
#include <iostream>

#include "launcher/cli/command.h"
#include "launcher/criu/options.h"
#include "launcher/init/mount_options.h"
#include "launcher/options/options.h"
#include "libprofile/document/json.h"
#include "libprofile/document/profile.h"
#include "libprofile/error.h"
#include "libprofile/kernel/seccomp.h"
#include "libprofile/policy/abi.h"
#include "libprofile/resolve/capabilities.h"

namespace scrim::cli {

using document::json::Value;

namespace {

Value text(std::string_view value) {
  return Value(Value::Data(std::string(value)));
}
Value boolean(bool value) {
  return Value(Value::Data(value));
}

Value strings(const std::vector<std::string>& values) {
  Value::Array array;
  for (const std::string& value : values) array.push_back(text(value));
  return Value(Value::Data(std::move(array)));
}

// All names of an enumeration whose last member is `last`.
template <typename Enum>
std::vector<std::string> names_up_to(Enum last) {
  std::vector<std::string> names;
  for (int value = 0; value <= static_cast<int>(last); ++value)
    names.emplace_back(document::name_of(static_cast<Enum>(value)));
  return names;
}

// Those that a profile may name with the libseccomp in use (features-linux.md: MUST be recognized).
std::vector<std::string> architectures() {
  std::vector<std::string> names;
  for (int value = 0; value <= static_cast<int>(document::Architecture::sheb); ++value)
    if (const auto known = static_cast<document::Architecture>(value); policy::libseccomp_token(known) != 0)
      names.emplace_back(document::name_of(known));
  return names;
}

Value seccomp_features() {
  Value seccomp;
  seccomp.set("enabled", boolean(true));
  seccomp.set("actions", strings(kernel::supported_actions()));
  seccomp.set("operators", strings(names_up_to(document::Operator::masked_equal)));
  seccomp.set("archs", strings(architectures()));
  seccomp.set("knownFlags", strings(names_up_to(document::Flag::wait_killable_recv)));
  seccomp.set("supportedFlags", strings(kernel::supported_flags()));
  return seccomp;
}

Value cgroup_features() {
  Value cgroup;
  cgroup.set("v1", boolean(true));
  cgroup.set("v2", boolean(true));
  cgroup.set("systemd", boolean(true));
  cgroup.set("systemdUser", boolean(true));
  cgroup.set("rdma", boolean(true));
  return cgroup;
}

Value enabled(bool value) {
  Value feature;
  feature.set("enabled", boolean(value));
  return feature;
}

Value linux_features() {
  std::vector<std::string> capabilities;
  for (unsigned number = 0; number <= 40; ++number)
    capabilities.push_back(resolve::CapabilitySet::name_of(number));
  Value features;
  features.set("namespaces", strings({"cgroup", "ipc", "mount", "network", "pid", "time", "user", "uts"}));
  features.set("capabilities", strings(capabilities));
  features.set("cgroup", cgroup_features());
  features.set("seccomp", seccomp_features());
  features.set("apparmor", enabled(true));
  features.set("selinux", enabled(true));
  features.set("intelRdt", enabled(false));
  Value mount_extensions;
  mount_extensions.set("idmap", enabled(true));
  features.set("netDevices", enabled(true));
  features.set("mountExtensions", std::move(mount_extensions));
  return features;
}

bool has_criu(const std::string& name) {
  try {
    (void)criu::find_program(name);
    return true;
  } catch (const Error&) {
    return false;
  }
}

}  // namespace

int features_command(const Context& context, const Arguments& arguments) {
  Options app("Prints what this runtime can do (runtime-spec, features.md).", "scrim features");
  app.parse(arguments);
  Value features;
  features.set("ociVersionMin", text("1.0.0"));
  features.set("ociVersionMax", text("1.2.1"));
  features.set("hooks", strings({"prestart", "createRuntime", "createContainer", "startContainer",
                                 "poststart", "poststop"}));
  features.set("mountOptions", strings(init::known_mount_options()));
  features.set("linux", linux_features());
  Value annotations;
  annotations.set("run.scrim.version", text(SCRIM_VERSION));
  // As runc and crun say it in annotations of theirs: there is no member for it.
  annotations.set("run.scrim.checkpoint.enabled", text(has_criu(context.global.criu) ? "true" : "false"));
  features.set("annotations", std::move(annotations));
  std::cout << document::json::to_text(features, 2) << '\n';
  return 0;
}

}  // namespace scrim::cli
