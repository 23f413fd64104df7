// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace scrim::os {

// A line of mountinfo (proc_pid_mountinfo(5)), its fields still as the kernel wrote them.
struct MountLine {
  std::string_view id, parent, device, root, mount_point, options, type, super_options;
};

// All lines that are whole. They are views of the text.
[[nodiscard]] std::vector<MountLine> mount_lines(std::string_view mountinfo);

// A field as text: show_mountinfo() of the kernel writes space, tab, newline and backslash as three octal
// digits.
[[nodiscard]] std::string unescaped(std::string_view field);

// Whether a clean path lies below another, which is not below itself.
[[nodiscard]] bool is_below(std::string_view path, std::string_view ancestor);

}  // namespace scrim::os
