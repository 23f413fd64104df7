// SPDX-License-Identifier: Apache-2.0
#include "launcher/runtime/remove.h"

#include <poll.h>
#include <regex.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <optional>
#include <vector>

#include "launcher/init/hooks.h"
#include "launcher/os/pidfd.h"
#include "libprofile/error.h"
#include "libprofile/text.h"

namespace scrim::runtime {

namespace {

constexpr int death_timeout_ms = 10'000;

// Kills the first process, which takes its pid namespace along, and waits until it is gone.
void kill_and_wait(const ContainerState& state) {
  if (state.pid == 0) return;
  const os::Fd pidfd = os::pidfd_open(state.pid);
  if (!pidfd || process_start_time(state.pid) != state.start_time) return;
  os::pidfd_send_signal(pidfd, SIGKILL);
  cgroup::let_die(state.cgroup);
  pollfd ended{pidfd.get(), POLLIN, 0};
  int ready = 0;
  do ready = poll(&ended, 1, death_timeout_ms);
  while (ready < 0 && errno == EINTR);
  if (ready == 0)
    throw Error(concat("delete container ", state.id, ": process ", state.pid, " does not die (state D?)"));
}

std::vector<bundle::Hook> poststop_hooks(const ContainerState& state, const Warn& warn) {
  try {
    return bundle::read_hooks(state.hooks, "state.json").poststop;
  } catch (const Error& error) {
    warn(error.what());
    return {};
  }
}

// Of a damaged state `force` takes what can be read: it is to be rid of.
ContainerState load_to_remove(const Container& container, bool force, const Warn& warn) {
  try {
    return container.load();
  } catch (const Error& error) {
    if (!force)
      throw Error(concat(error.what(), " (delete --force removes what can be found of container ",
                         container.id(), ")"));
    ContainerState found = container.salvage();
    warn(concat(error.what(), "; removed is what is known of container ", container.id(), ": its directory",
                found.cgroup.memberships.empty() ? "" : ", its cgroups",
                found.pid != 0 && found.start_time != 0 ? ", its process" : ""));
    return found;
  }
}

// regcomp(3), owned.
class Pattern {
 public:
  explicit Pattern(const std::string& text) {
    const int error = regcomp(&compiled_, text.c_str(), REG_EXTENDED | REG_NOSUB);
    if (error == 0) return;
    std::array<char, 256> reason{};
    regerror(error, &compiled_, reason.data(), reason.size());
    throw Error(concat("pattern \"", text, "\": ", reason.data()));
  }
  Pattern(const Pattern&) = delete;
  Pattern& operator=(const Pattern&) = delete;
  ~Pattern() { regfree(&compiled_); }
  [[nodiscard]] bool matches(const std::string& text) const {
    return regexec(&compiled_, text.c_str(), 0, nullptr, 0) == 0;
  }

 private:
  regex_t compiled_{};
};

}  // namespace

void remove_stopped(Container container, const ContainerState& state, const Warn& warn) {
  if (!cgroup::remove_if_empty(state.cgroup)) {
    // Without a pid namespace others may be left.
    cgroup::signal_all(state.cgroup, SIGKILL);
    cgroup::remove(state.cgroup);
  }
  container.remove();
  const std::string stopped = document::json::to_text(oci_state(state, name_of(Status::stopped)));
  for (const bundle::Hook& hook : poststop_hooks(state, warn)) {
    try {
      init::run_hooks({hook}, "poststop", stopped);
    } catch (const Error& error) {
      warn(error.what());
    }
  }
}

void remove_killed(Container container, const ContainerState& state, const Warn& warn) {
  kill_and_wait(state);
  remove_stopped(std::move(container), state, warn);
}

void remove(const Store& store, const std::string& id, bool force, const Warn& warn) {
  std::optional<Container> container = store.find(id);
  if (!container) {
    if (force) return;
    throw Error(concat("container ", id, " does not exist"));
  }
  const ContainerState state = load_to_remove(*container, force, warn);
  const Status status = status_of(state, *container);
  // A created one runs nothing of the user's yet: runc deletes it without --force.
  if ((status == Status::running || status == Status::paused) && !force)
    throw Error(concat("delete container ", id, ": it is ", name_of(status), " (stop it first, or --force)"));
  remove_killed(std::move(*container), state, warn);
}

void remove_matching(const Store& store, const std::string& pattern, bool force, const Warn& warn) {
  const Pattern wanted(pattern);
  std::optional<std::string> failure;
  for (const std::string& id : store.ids()) {
    if (!wanted.matches(id)) continue;
    try {
      remove(store, id, force, warn);
    } catch (const Error& error) {
      if (failure) warn(*failure);
      failure = error.what();
    }
  }
  if (failure) throw Error(*failure);
}

}  // namespace scrim::runtime
