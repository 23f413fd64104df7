// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

// What an installed program says of its version. It is run, so only those that nobody but root can have put
// there: it and every directory above it belong to root and nobody else can write them.
namespace scrim::node {

// In /usr/local/sbin, /usr/local/bin, /usr/sbin, /usr/bin, /sbin, /bin; empty if there is none.
[[nodiscard]] std::string installed_program(std::string_view name);

// What `PATH --version` prints on standard output, at most 64 KiB of it, within two seconds, with an empty
// environment and nothing on standard input. Throws Error.
[[nodiscard]] std::string version_output(const std::string& path);

// The first version number in a text: "1.6.20" of "containerd github.com/containerd/containerd 1.6.20~ds1 …",
// "20.10.24" of "Docker version 20.10.24+dfsg1, build 297e128". Nothing if there is none.
[[nodiscard]] std::optional<std::string> version_in(std::string_view text);

}  // namespace scrim::node
