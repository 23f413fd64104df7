// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "libprofile/document/json.h"
#include "libprofile/document/profile.h"
#include "libprofile/resolve/target.h"

// What is wrong with a profile, or will surprise whoever wrote it. README.md has the findings.
namespace scrim::lint {

enum class Severity : std::uint8_t {
  note,     // good to know
  warning,  // hardly meant so
  error,    // no container starts with it, or the engine refuses it
};

struct Finding {
  std::string code;  // "unknown-name"; stable
  Severity severity = Severity::warning;
  // "web.json:12:5": what is about all of a profile is where that begins. Of a built-in one the name alone.
  std::string where;
  std::string says;
  std::string mend;  // may be empty
};

// Whose calls count between loading the filter and the program.
enum class Runtime : std::uint8_t { runc, crun, scrim };

// What the engine takes the file for.
enum class ReadAs : std::uint8_t {
  either,  // not known: that it makes a difference is a note
  // linux.seccomp, whose fields the template's others are dropped from: containerd's Localhost files
  oci,
  docker,      // moby's template: Docker
  containers,  // containers-common's template: Podman, CRI-O
};

struct Against {
  resolve::Target target;
  Runtime runtime = Runtime::runc;
  ReadAs read_as = ReadAs::either;
  // process.noNewPrivileges (allowPrivilegeEscalation: false): without it runc and crun load the filter
  // before they change user and drop capabilities, and the profile has to allow that.
  bool no_new_privileges = false;
};

// In the order of the file. Never throws because of what a profile says.
[[nodiscard]] std::vector<Finding> lint(const document::Profile& profile, const Against& against);

// The same of a file's text: what cannot be read is a finding too, and so is what the reader remarked.
[[nodiscard]] std::vector<Finding> lint_text(std::string_view text, const std::string& file,
                                             const Against& against);

[[nodiscard]] std::string_view name_of(Severity severity);  // "note"
// True if one of them is that severe.
[[nodiscard]] bool any(const std::vector<Finding>& findings, Severity at_least);

// {code, severity, where, says, mend}; where and mend are null if they are empty.
[[nodiscard]] document::json::Value json_of(const Finding& finding);
// "web.json:12:5: warning: no system call is called opnat: did you mean openat? [unknown-name]", without a
// line's end; the mend on a line of its own.
[[nodiscard]] std::string text_of(const Finding& finding);

}  // namespace scrim::lint
