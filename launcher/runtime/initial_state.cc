// SPDX-License-Identifier: Apache-2.0
#include "launcher/runtime/initial_state.h"

#include <linux/seccomp.h>
#include <unistd.h>

#include <chrono>

#include "launcher/criu/descriptors.h"
#include "launcher/init/namespaces.h"
#include "launcher/os/time.h"

namespace scrim::runtime {

ContainerState initial_state(const PreparedBundle& bundle, const std::string& id) {
  ContainerState state;
  state.oci_version = bundle.spec.oci_version;
  state.id = id;
  state.bundle = bundle.directory;
  state.rootfs = bundle.spec.root_path;
  state.created = os::rfc3339(std::chrono::system_clock::now(), os::Fraction::nanoseconds);
  state.owner = getuid();
  state.annotations = bundle.spec.annotations;
  if (bundle.spec.resources) {
    state.resources = *bundle.spec.resources;
    state.resources.erase("devices");
  }
  if (const document::json::Value* hooks = bundle.config.find("hooks")) state.hooks = *hooks;
  return state;
}

void note_profile(ContainerState& state, const PreparedProfile& profile) {
  if ((profile.flags & SECCOMP_FILTER_FLAG_NEW_LISTENER) != 0) {
    state.listener_path = profile.listener_path;
    state.listener_metadata = profile.listener_metadata;
  }
  state.profile = profile.resolution.name;
  state.profile_because = profile.resolution.because;
  if (profile.compilation) state.filter_flags = profile.flags;
}

void remember_for_later(ContainerState& state, const PreparedBundle& bundle, bool new_keyring) {
  if (const document::json::Value* process = bundle.config.find("process")) state.process = *process;
  state.personality = bundle.spec.personality;
  if (bundle.spec.memory_policy) state.memory_policy = *bundle.config.find("linux")->find("memoryPolicy");
  state.new_keyring = new_keyring;
  for (const bundle::Namespace& wanted : bundle.spec.namespaces)
    if (!wanted.path.empty()) state.joined_namespaces.emplace_back(init::proc_name(wanted.type));
  state.streams = criu::own_streams();
}

}  // namespace scrim::runtime
