// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "launcher/os/fd.h"

// Unix sockets (unix(7)), close-on-exec.
namespace scrim::os {

// Two connected ends that keep message boundaries (SOCK_SEQPACKET).
[[nodiscard]] std::pair<Fd, Fd> socket_pair();

// A listening stream socket `name` in a directory; it may be deeper than the 108 bytes of sun_path allow.
[[nodiscard]] Fd listen_in(const Fd& directory, const std::string& name);
// Connects to it. Nothing if nobody listens (any more) or there is no such socket.
[[nodiscard]] std::optional<Fd> connect_in(const Fd& directory, const std::string& name);
// Whether somebody listens on it. Never waits, even for a listener who is frozen.
[[nodiscard]] bool is_listened_to(const Fd& directory, const std::string& name);
// Connects to the socket at an absolute path. Throws SystemError.
[[nodiscard]] Fd connect_to(const std::string& path);

// A datagram socket `name` in a directory, like listen_in().
[[nodiscard]] Fd datagrams_in(const Fd& directory, const std::string& name);
// A datagram socket connected to the one at a path, or with "@name" to an abstract one. Throws SystemError.
[[nodiscard]] Fd connect_datagram(const std::string& path);

// Sends `text` (at least one byte) with descriptors (SCM_RIGHTS), at most so many.
inline constexpr std::size_t most_descriptors = 32;
void send_descriptors(const Fd& socket, std::span<const int> descriptors, std::string_view text,
                      const std::string& name);
void send_descriptor(const Fd& socket, const Fd& descriptor, const std::string& text,
                     const std::string& name);
// Receives some, and as many bytes of text as `text` has room for: returns how many came, 0 if the other end
// closed.
[[nodiscard]] std::size_t receive_descriptors(const Fd& socket, std::span<char> text,
                                              std::vector<Fd>& descriptors, const std::string& name);
// Receives one; an empty Fd if the other end closed.
[[nodiscard]] Fd receive_descriptor(const Fd& socket, const std::string& name);

}  // namespace scrim::os
