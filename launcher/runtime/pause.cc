// SPDX-License-Identifier: Apache-2.0
#include "launcher/runtime/pause.h"

#include "libprofile/error.h"
#include "libprofile/text.h"

namespace scrim::runtime {

void pause(const Store& store, const std::string& id) {
  const Container container = store.open(id);
  const ContainerState state = container.load();
  const Status status = status_of(state, container);
  if (status != Status::created && status != Status::running)
    throw Error(concat("pause container ", id, ": container not running (it is ", name_of(status), ")"));
  cgroup::freeze(state.cgroup);
}

void resume(const Store& store, const std::string& id) {
  const Container container = store.open(id);
  const ContainerState state = container.load();
  const Status status = status_of(state, container);
  if (status != Status::paused)
    throw Error(concat("resume container ", id, ": container not paused (it is ", name_of(status), ")"));
  cgroup::thaw(state.cgroup);
}

}  // namespace scrim::runtime
