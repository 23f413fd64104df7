// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linux/seccomp.h>
#include <sys/types.h>

#include <cstdint>
#include <optional>

// The answering side of SCMP_ACT_NOTIFY: seccomp_unotify(2).
namespace scrim::kernel {

// A call that waits for an answer. What its arguments point to may change at any time: nothing that is read
// from the caller's memory is a basis for letting the call through (seccomp_unotify(2), "Caveats").
struct Notification {
  std::uint64_t id = 0;
  pid_t pid = 0;  // the calling thread, as this process sees it; 0 if it does not see it
  seccomp_data call{};
};

struct Answer {
  enum class Kind : std::uint8_t {
    proceed,  // the kernel carries the call out (Linux 5.5)
    fail,     // with `error`
    kill,     // the caller's process gets SIGKILL
  };
  Kind kind = Kind::proceed;
  int error = 0;
};

// A listener's descriptor, which it closes. Calls that wait then end with ENOSYS.
class Listener {
 public:
  explicit Listener(int descriptor) : descriptor_(descriptor) {}
  Listener(Listener&& other) noexcept;
  Listener& operator=(Listener&& other) noexcept;
  ~Listener();

  // For poll(2): POLLIN: a call waits; POLLHUP: the last process with the filter has ended.
  [[nodiscard]] int descriptor() const { return descriptor_; }

  // The next call that waits. Nothing if its caller ended or was interrupted meanwhile. Waits for one if
  // there is none. Throws SystemError.
  [[nodiscard]] std::optional<Notification> receive() const;

  // False if the caller was gone. Throws SystemError.
  bool answer(const Notification& notification, const Answer& answer) const;

 private:
  [[nodiscard]] bool waits(std::uint64_t id) const;
  bool kill(const Notification& notification) const;
  int descriptor_;
};

}  // namespace scrim::kernel
