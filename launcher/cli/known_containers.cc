// SPDX-License-Identifier: Apache-2.0
#include "launcher/cli/known_containers.h"

#include <cerrno>

#include "launcher/runtime/store.h"
#include "libprofile/error.h"
#include "libprofile/text.h"

namespace scrim::cli {

inspect::Containers known_containers(const Context& context) {
  inspect::Containers containers;
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
