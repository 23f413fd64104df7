// SPDX-License-Identifier: Apache-2.0
#include "launcher/os/mountinfo.h"

#include <algorithm>

#include "libprofile/text.h"

namespace scrim::os {

std::string unescaped(std::string_view field) {
  const auto octal = [](char c) { return c >= '0' && c <= '7'; };
  std::string out;
  for (std::size_t i = 0; i < field.size(); ++i) {
    if (field[i] == '\\' && i + 3 < field.size() && octal(field[i + 1]) && octal(field[i + 2]) &&
        octal(field[i + 3])) {
      out += static_cast<char>((field[i + 1] - '0') * 64 + (field[i + 2] - '0') * 8 + (field[i + 3] - '0'));
      i += 3;
    } else {
      out += field[i];
    }
  }
  return out;
}

std::vector<MountLine> mount_lines(std::string_view mountinfo) {
  std::vector<MountLine> lines;
  for (const std::string_view line : split(mountinfo, '\n')) {
    const std::vector<std::string_view> fields = split(line, ' ');
    const auto dash = fields.size() < 10 ? fields.end() : std::find(fields.begin() + 6, fields.end(), "-");
    if (fields.end() - dash < 4) continue;
    lines.push_back({fields[0], fields[1], fields[2], fields[3], fields[4], fields[5], dash[1], dash[3]});
  }
  return lines;
}

bool is_below(std::string_view path, std::string_view ancestor) {
  if (ancestor == "/") return path.size() > 1;
  return path.size() > ancestor.size() && path.starts_with(ancestor) && path[ancestor.size()] == '/';
}

}  // namespace scrim::os
