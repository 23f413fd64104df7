// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "launcher/init/passwd.h"
#include "launcher/runtime/state.h"

namespace scrim::cli {

// The state as people read it: the owner by name, as runc's list has it.
[[nodiscard]] inline document::json::Value shown_state(const runtime::ContainerState& state,
                                                       runtime::Status status) {
  document::json::Value shown = oci_state(state, name_of(status));
  shown.set("owner", document::json::Value(document::json::Value::Data(init::name_of(state.owner))));
  return shown;
}

}  // namespace scrim::cli
