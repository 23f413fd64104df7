// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "launcher/os/fd.h"
#include "launcher/runtime/state.h"
#include "libprofile/filter/program.h"

// Containers on disk: <root>/<id>/state.json. Everything that changes one holds its lock (flock(2) on its
// directory), which the kernel gives back when the holder dies.
namespace scrim::runtime {

// Where state lives without --root: /run/scrim/containers, or below $XDG_RUNTIME_DIR for a user.
[[nodiscard]] std::string default_root();

// A container's directory.
class Container {
 public:
  Container(Container&&) = default;
  Container& operator=(Container&&) = delete;
  // Gives the lock back at once, even if a process cloned meanwhile still has the descriptor.
  ~Container();

  [[nodiscard]] const os::Fd& directory() const { return directory_; }
  [[nodiscard]] const std::string& id() const { return id_; }

  // What state.json says; one that was interrupted before it had one is empty but for its id.
  [[nodiscard]] ContainerState load() const;
  // The same of a damaged one, as far as it can be read.
  [[nodiscard]] ContainerState salvage() const;
  void save(const ContainerState& state) const;
  // The same in two steps. The container must outlive the first one's value.
  [[nodiscard]] os::Replacement write_beside(const ContainerState& state) const;
  // The filter of its processes, as it was compiled when it was created: written once, before the state says
  // that there is one.
  void save_filter(const filter::Program& program) const;
  [[nodiscard]] filter::Program load_filter() const;
  // Lets others change it, for as long as its process runs.
  void unlock();
  // Takes the lock again. False if it was deleted meanwhile.
  [[nodiscard]] bool lock_again();
  // Whether somebody else has the lock.
  [[nodiscard]] bool is_being_changed() const;
  // Removes the directory. The container is gone then.
  void remove();
  // For a process that was cloned from the lock's holder: lets go of its copies, so that the lock ends with
  // its holder.
  void close_copies();

 private:
  friend class Store;
  enum class Lock : bool { free, held };
  Container(os::Fd root, os::Fd directory, std::string id, Lock lock)
      : root_(std::move(root)), directory_(std::move(directory)), id_(std::move(id)), lock_(lock) {}
  [[nodiscard]] std::optional<std::string> read_state_file() const;
  os::Fd root_;
  os::Fd directory_;
  std::string id_;
  Lock lock_;
};

class Store {
 public:
  explicit Store(std::string root) : root_(std::move(root)) {}

  // Throws Error for an id that runc would refuse, and if there is one of that name.
  [[nodiscard]] Container create(const std::string& id) const;
  // Waits for whoever has the lock. Throws Error "container ID does not exist".
  [[nodiscard]] Container open(const std::string& id) const;
  [[nodiscard]] std::optional<Container> find(const std::string& id) const;
  // Without the lock, for commands that only look (a hook may ask for the state of what is being created).
  [[nodiscard]] Container look(const std::string& id) const;
  // All that are there, by name.
  [[nodiscard]] std::vector<std::string> ids() const;

 private:
  std::string root_;
};

// What the kernel says about it now. One whose creation was interrupted for good (kill -9) is stopped.
[[nodiscard]] Status status_of(const ContainerState& state, const Container& container);

// A running process' start time, as ContainerState::start_time; nothing if it is gone or a zombie.
[[nodiscard]] std::optional<std::uint64_t> process_start_time(pid_t pid);

}  // namespace scrim::runtime
