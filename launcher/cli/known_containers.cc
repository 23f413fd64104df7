// SPDX-License-Identifier: Apache-2.0
#include "launcher/cli/known_containers.h"

#include <cerrno>

#include "launcher/delegate/shadow.h"
#include "launcher/runtime/store.h"
#include "libprofile/error.h"
#include "libprofile/inspect/runtime_state.h"
#include "libprofile/text.h"

namespace scrim::cli {

namespace {

// Of runc or crun, or of scrim with a delegate; where there is an engine as well, its name goes before
// theirs.
void add_standalone(inspect::Containers& containers, const std::string& root) {
  for (const inspect::RuntimeState& state : inspect::runtime_states(root)) {
    inspect::Container known;
    known.engine = state.runtime;
    known.id = state.id;
    known.name = state.id;
    known.config_file = concat(state.bundle, "/config.json");
    containers.add(state.pid, std::move(known), state.user);
  }
}

}  // namespace

inspect::Containers known_containers(const Context& context, const std::vector<std::string>& runtime_roots) {
  inspect::Containers containers;
  for (const char* const root : {"/run/runc", "/run/crun"}) add_standalone(containers, root);
  for (const std::string& root : runtime_roots) add_standalone(containers, root);
  if (const std::optional<std::string> base = delegate::base_directory())
    for (auto& [bundle, config] : delegate::configs_of_bundles(*base))
      containers.reads_other_config(bundle, config);
  const runtime::Store store(context.root());
  std::vector<std::string> ids;
  try {
    ids = store.ids();
  } catch (const SystemError& error) {
    if (error.code() != EACCES) throw;  // root's, and the caller is not
  }
  for (const std::string& id : ids) try {
      const runtime::Container container = store.look(id);
      const runtime::ContainerState state = container.load();
      if (state.pid == 0 || status_of(state, container) == runtime::Status::stopped) continue;
      inspect::Container known;
      known.engine = scrims;
      known.id = id;
      known.name = id;
      known.config_file = concat(state.bundle, "/config.json");
      containers.add(state.pid, std::move(known), state.owner);
    } catch (const Error&) {
      continue;  // deleted meanwhile, or damaged: `scrim list` tells
    }
  return containers;
}

}  // namespace scrim::cli
