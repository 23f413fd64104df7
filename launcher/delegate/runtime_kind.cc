// SPDX-License-Identifier: Apache-2.0
#include "launcher/delegate/runtime_kind.h"

#include <filesystem>

#include "launcher/os/program.h"
#include "libprofile/text.h"

namespace scrim::delegate {

RuntimeKind parse_version(std::string_view output) {
  RuntimeKind kind;
  if (output.starts_with("runc version ")) kind.name = RuntimeKind::Name::runc;
  if (output.starts_with("crun version ")) kind.name = RuntimeKind::Name::crun;
  constexpr std::string_view library = "libseccomp: ";
  for (const std::string_view line : split(output, '\n'))
    if (line.starts_with(library)) kind.libseccomp = line.substr(library.size());
  return kind;
}

RuntimeKind ask_kind(const std::string& program) {
  std::error_code unreadable;
  if (std::filesystem::canonical(program, unreadable).filename() == "crun")
    return {RuntimeKind::Name::crun, {}};
  const os::Captured said = os::capture(program, {program, "--version"}, os::StandardError::discarded);
  return said.exit.code == 0 && said.exit.signal == 0 ? parse_version(said.output) : RuntimeKind();
}

}  // namespace scrim::delegate
