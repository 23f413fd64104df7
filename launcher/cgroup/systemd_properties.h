// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "libprofile/document/json.h"

namespace scrim::cgroup {

// linux.resources as properties of a systemd unit (systemd.resource-control(5)), each {"name", "type",
// "value"} with D-Bus types, so that systemd keeps what it would otherwise set back (at daemon-reload). What
// it has no property for is in the control files alone.
[[nodiscard]] document::json::Value::Array systemd_properties(const document::json::Value& resources,
                                                              bool v2);

// The same form.
[[nodiscard]] document::json::Value systemd_property(std::string_view name, std::string_view type,
                                                     document::json::Value value);

}  // namespace scrim::cgroup
