// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "launcher/runtime/store.h"

namespace scrim::runtime {

// One of runc's events: {"type":"stats","id":…,"data":…} or {"type":"oom","id":…}.
using Emit = std::function<void(const document::json::Value& event)>;

// What the container uses now, once. Throws Error for one that is not running.
void emit_stats(const Store& store, const std::string& id, const Emit& emit);

// The same at every interval, and each time that it runs out of memory, until the container has stopped.
void emit_events(const Store& store, const std::string& id, std::chrono::nanoseconds interval,
                 const Emit& emit);

// "5s", "1m30s", "250ms": as Go's time.ParseDuration() reads it. Nothing if it is none, or negative.
[[nodiscard]] std::optional<std::chrono::nanoseconds> duration(std::string_view text);

}  // namespace scrim::runtime
