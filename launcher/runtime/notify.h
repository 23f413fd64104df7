// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <optional>

#include "launcher/bundle/spec.h"
#include "launcher/os/fd.h"
#include "launcher/runtime/store.h"

// sd_notify(3) out of a container, as runc has it: with NOTIFY_SOCKET in our environment the container gets a
// socket of its own, and that it is ready is passed on. Nothing else that it says is: it could claim to be
// another process of the service.
namespace scrim::runtime {

// In the container's directory, removed with it.
inline constexpr const char* notify_directory = "notify";
inline constexpr const char* notify_socket = "notify/notify.sock";

// Whether somebody wants to be told.
[[nodiscard]] bool is_notify_wanted();

// Adds the mount of the directory in which the socket will be, and the variable that names it. The directory
// must be there before the mount, the socket need not.
void prepare_notify(const Container& container, bundle::Spec& spec);

// Whether that was done when the container was created.
[[nodiscard]] bool has_notify(const Container& container);

// The runtime's end of it.
class Notify {
 public:
  // Nothing if nobody wants to be told, or the container was created when nobody did. Throws SystemError if
  // NOTIFY_SOCKET cannot be connected to.
  [[nodiscard]] static std::optional<Notify> listen(const Container& container);

  // To wait for with poll(2).
  [[nodiscard]] const os::Fd& socket() const { return socket_; }
  // Takes what has come, and if it says READY=1, tells the host so and that its main process is `main_pid`.
  // True then.
  [[nodiscard]] bool pass_on(pid_t main_pid) const;
  // For a command that ends before the container: until the container is ready or has ended, and the host has
  // taken note of it (sd_notify_barrier(3)), which may take 30 s.
  void wait(const os::Fd& pidfd, pid_t main_pid) const;

 private:
  Notify(os::Fd socket, os::Fd host) : socket_(std::move(socket)), host_(std::move(host)) {}
  void wait_for_host() const;

  os::Fd socket_;
  os::Fd host_;
};

}  // namespace scrim::runtime
