// SPDX-License-Identifier: Apache-2.0
#include "launcher/runtime/events.h"

#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>

#include "launcher/cgroup/oom.h"
#include "launcher/cgroup/stats.h"
#include "launcher/os/pidfd.h"
#include "libprofile/error.h"
#include "libprofile/text.h"

namespace scrim::runtime {

using document::json::Value;

namespace {

Value event(std::string_view type, const std::string& id) {
  Value out;
  out.set("type", Value(Value::Data(std::string(type))));
  out.set("id", Value(Value::Data(id)));
  return out;
}

Value stats_event(const ContainerState& state) {
  Value out = event("stats", state.id);
  out.set("data", cgroup::read_stats(state.cgroup));
  return out;
}

// Without its lock: who watches a container is not to stop others.
ContainerState load_running(const Store& store, const std::string& id) {
  const Container container = store.look(id);
  ContainerState state = container.load();
  const Status status = status_of(state, container);
  if (status == Status::creating || status == Status::stopped)
    throw Error(concat("container with id ", id, " is not running (it is ", name_of(status), ")"));
  return state;
}

}  // namespace

void emit_stats(const Store& store, const std::string& id, const Emit& emit) {
  emit(stats_event(load_running(store, id)));
}

void emit_events(const Store& store, const std::string& id, std::chrono::nanoseconds interval,
                 const Emit& emit) {
  using Clock = std::chrono::steady_clock;
  const ContainerState state = load_running(store, id);
  const os::Fd process = os::pidfd_open(state.pid);
  if (!process || process_start_time(state.pid) != state.start_time) return;
  cgroup::OomWatch memory(state.cgroup);
  for (auto next = Clock::now() + interval;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(next - Clock::now()).count();
    std::array<pollfd, 2> sources{pollfd{process.get(), POLLIN, 0}, pollfd{memory.fd(), POLLIN, 0}};
    const int timeout = static_cast<int>(std::clamp<std::int64_t>(left, 0, 1 << 30));
    if (poll(sources.data(), sources.size(), timeout) < 0 && errno != EINTR)
      throw_errno(concat("wait for events of container ", id));
    if (sources[1].revents != 0 && memory.take()) emit(event("oom", id));
    if (sources[0].revents != 0) return;
    if (Clock::now() < next) continue;
    next += interval;
    try {
      emit(stats_event(state));
    } catch (const SystemError& error) {
      // It ends just now.
      if (error.code() != ENOENT && error.code() != ENODEV) throw;
    }
  }
}

std::optional<std::chrono::nanoseconds> duration(std::string_view text) {
  struct Unit {
    std::string_view name;
    double nanoseconds;
  };
  constexpr std::array<Unit, 7> units = {
      {{"ns", 1}, {"us", 1e3}, {"µs", 1e3}, {"ms", 1e6}, {"s", 1e9}, {"m", 60e9}, {"h", 3600e9}}};
  if (text == "0") return std::chrono::nanoseconds(0);
  if (text.empty()) return std::nullopt;
  double total = 0;
  while (!text.empty()) {
    if ((text.front() < '0' || text.front() > '9') && text.front() != '.') return std::nullopt;
    double number = 0;
    const auto [rest, error] =
        std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
    if (error != std::errc()) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(rest - text.data()));
    const std::string_view name = text.substr(0, text.find_first_of("0123456789."));
    const auto unit =
        std::find_if(units.begin(), units.end(), [&](const Unit& one) { return one.name == name; });
    if (unit == units.end()) return std::nullopt;
    total += number * unit->nanoseconds;
    text.remove_prefix(name.size());
  }
  constexpr double too_long = 9223372036854775808.0;  // 2^63
  if (total >= too_long) return std::nullopt;
  return std::chrono::nanoseconds(static_cast<std::int64_t>(total));
}

}  // namespace scrim::runtime
