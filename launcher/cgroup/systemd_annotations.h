// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "launcher/bundle/spec.h"
#include "libprofile/document/json.h"

namespace scrim::cgroup {

// Annotations org.systemd.property.NAME, which runc passes on to the container's scope: as
// systemd_property()s. A value is in GVariant's text form: true, 'text', uint64 5, int32 5, 5 (an int32),
// 0.5, ['a', 'b']. As runc has it, NAMESec becomes NAMEUSec with a million times the value. Throws Error that
// names the annotation.
[[nodiscard]] document::json::Value::Array systemd_properties_of(
    const std::vector<bundle::Setting>& annotations);

}  // namespace scrim::cgroup
