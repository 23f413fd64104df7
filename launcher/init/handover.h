// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linux/filter.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "launcher/os/fd.h"
#include "libprofile/filter/program.h"
#include "libprofile/kernel/seccomp.h"

// Memory that the new process shares with the command that started it (and, for `create`, with the later
// `start`): once the filter is in force, no system call can be relied on to report anything.
namespace scrim::init {

// How a failed start ends as an exit status, as env(1) and the shells have it.
inline constexpr int status_not_found = 127;
inline constexpr int status_cannot_execute = 126;
inline constexpr int status_failed = 1;

class Handover {
 public:
  // Makes the memory (memfd_create(2)) and maps it.
  static Handover make();
  // Maps memory made by make(), received from another process.
  static Handover map(os::Fd memory);

  Handover(Handover&& other) noexcept;
  Handover& operator=(Handover&&) = delete;
  ~Handover();

  [[nodiscard]] const os::Fd& memory() const { return memory_; }

  // The filter, or that there is none. Written before the new process is told to go on, which needs one of
  // the two.
  void put_filter(const filter::Program& program, unsigned flags);
  void put_unconfined();
  // Throws Error if neither was written: nothing is to run then.
  [[nodiscard]] std::optional<kernel::Installation> filter() const;

  // What went wrong, by the new process: the pieces one after the other, cut where the room ends. Only stores
  // to memory: no allocation, so no system call.
  void fail(std::initializer_list<std::string_view> message, int exit_status) noexcept;
  struct Failure {
    std::string message;
    int exit_status;
  };
  [[nodiscard]] std::optional<Failure> failure() const;

  // Set by the new process as soon as it runs.
  std::atomic<bool>& begun() const { return shared_->begun; }

  // The listener's descriptor number in the new process (SECCOMP_FILTER_FLAG_NEW_LISTENER); -1 until it
  // exists.
  std::atomic<int>& listener() const { return shared_->listener; }
  // Set when the supervisor has taken the listener and the new process may go on.
  std::atomic<bool>& listener_taken() const { return shared_->listener_taken; }

 private:
  struct Shared {
    std::atomic<bool> begun;
    std::atomic<bool> failed;
    int exit_status;
    std::uint32_t message_length;
    std::array<char, 2048> message;
    std::atomic<int> listener;
    std::atomic<bool> listener_taken;
    bool decided;                  // what follows was written
    std::uint32_t program_length;  // 0: no filter
    unsigned flags;
    std::array<sock_filter, BPF_MAXINSNS> program;
  };
  static_assert(std::atomic<bool>::is_always_lock_free && std::atomic<int>::is_always_lock_free,
                "shared between processes");

  Handover(os::Fd memory, Shared* shared) : memory_(std::move(memory)), shared_(shared) {}

  os::Fd memory_;
  Shared* shared_;
};

}  // namespace scrim::init
