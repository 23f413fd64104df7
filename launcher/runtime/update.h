// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "launcher/runtime/remove.h"
#include "launcher/runtime/store.h"
#include "libprofile/document/json.h"

namespace scrim::runtime {

// Changes the limits of a created, running or paused container (see cgroup::update_limits()), and notes them.
// resources: as linux.resources; file: where they come from, for messages. Throws Error "container not
// running" for a stopped one.
void update(const Store& store, const std::string& id, const document::json::Value& resources,
            const std::string& file, const Warn& warn);

// "512", "20M", "1.5 GiB", "64kb": bytes, with units of 1024 as runc takes them. Nothing if it is no size.
[[nodiscard]] std::optional<std::int64_t> size_in_bytes(std::string_view text);

}  // namespace scrim::runtime
