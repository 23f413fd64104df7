// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "launcher/bundle/spec.h"
#include "libprofile/document/json.h"
#include "libprofile/filter/compiler.h"
#include "libprofile/policy/table.h"
#include "libprofile/resolve/bundle_request.h"

namespace scrim::runtime {

using Warn = std::function<void(std::string_view)>;

// A profile on its way to a program: what was resolved, and its compilation going on.
struct PreparedProfile {
  resolve::Resolution resolution;
  std::optional<filter::Compilation> compilation;  // nothing: Unconfined
  std::vector<policy::Table> tables;  // what the program has to equal (own.h), if that is to be proved
  unsigned flags = 0;                 // SECCOMP_FILTER_FLAG_*
  std::string listener_path;          // where a listener goes, with its metadata
  std::string listener_metadata;
};

// How a profile is taken, beside what it says.
struct ProfileOptions {
  bool strict = false;  // remarks about it, unknown syscall names among them, are errors
  filter::Backend compiler = filter::Backend::own;
  bool verify = false;  // prove the program equal to the profile before the start
  std::optional<filter::Frequencies> frequencies = {};        // what it is to be quickest for
  std::function<void(const resolve::Resolution&)> tell = {};  // who wants to know which one it is
};

// Resolves a request, checks it against this kernel, and begins the compilation.
[[nodiscard]] PreparedProfile prepare_profile(const resolve::Request& request,
                                              const resolve::Settings& settings,
                                              resolve::CapabilitySet bounding, const ProfileOptions& options,
                                              const Warn& warn);

// The finished program. Throws Error if it is to be verified and does otherwise than the profile (verify.h:
// prove), or if it would not let execve(2) through, whatever its arguments: nothing
// could start under it, and nothing could say so any more.
[[nodiscard]] filter::Program finished_program(PreparedProfile& profile);

// A bundle, read.
struct PreparedBundle {
  std::string directory;    // absolute
  std::string config_file;  // as messages name it
  document::json::Value config;
  bundle::Spec spec;
  // How its profile is to be found and taken.
  const resolve::RuntimeConfig* runtime_config = nullptr;
  ProfileOptions profile;
};
// `config_file`: config.json of the bundle unless named. `runtime_config` outlives what is returned. Throws
// Error.
[[nodiscard]] PreparedBundle prepare_bundle(const std::string& directory, const std::string& config_file,
                                            const resolve::RuntimeConfig& runtime_config,
                                            ProfileOptions options, const Warn& warn);

// Resolves what the bundle asks for, and begins the compilation. A step of its own because a start has time
// for it only when the new process is at work.
[[nodiscard]] PreparedProfile prepare_profile(const PreparedBundle& bundle, const Warn& warn);

}  // namespace scrim::runtime
