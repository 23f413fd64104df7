// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace scrim::delegate {

// What scrim has to know of a runtime's command line: `runc [global options] command [options] container-id`.
// The rest is kept as it was written.
struct CommandLine {
  std::vector<std::string> globals;  // everything before the command
  std::string root;                  // value of --root; empty if not given
  std::string command;               // empty: none was given (--version, --help)
  std::vector<std::string> options;  // of the command, without --bundle and --config
  std::string bundle;                // value of --bundle; empty if not given
  std::string config_file;           // value of crun's --config; empty if not given
  bool detach = false;
  bool keep = false;
  bool regex = false;                    // crun's delete --regex: the names are patterns
  bool options_end = false;              // "--" was there
  std::vector<std::string> positionals;  // the container's id is the first one
};

// Understands what runc (Go's flag package: -name, --name, --name=value, options also after the id) and crun
// (argp:
// --name, --name=value, -nVALUE, a beginning of a name) do, and both runtimes' options in one table. Of an
// option that is not in it, a word after it that is needed as command or container id is taken as that,
// otherwise as its value.
[[nodiscard]] CommandLine parse_command_line(std::span<const std::string> arguments);

// The command line with another bundle. It stands last before the id: whatever the options before it say, the
// last
// --bundle counts, with both runtimes.
[[nodiscard]] std::vector<std::string> with_bundle(const CommandLine& line, const std::string& bundle);

// `state ID` with the same global options.
[[nodiscard]] std::vector<std::string> state_of(const CommandLine& line, const std::string& id);

}  // namespace scrim::delegate
