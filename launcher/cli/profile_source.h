// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

#include "launcher/cli/profile_options.h"
#include "libprofile/defaults/engine.h"
#include "libprofile/document/profile.h"
#include "libprofile/inspect/enforced.h"

// What `profile show`, `explain`, `count` and `diff` are about: a profile, or what is enforced on a process.
namespace scrim::cli {

struct ProfileSource {
  inspect::Enforced enforced;
  // As it was written, with positions and reasons; nothing for a process, whose profile nobody can see.
  std::optional<document::Profile> written;
  std::optional<document::OciSeccomp> resolved;
  std::optional<defaults::Engine> engine;  // whose default it is
  resolve::Target target;
};

inline constexpr const char* source_help =
    "a file (OCI linux.seccomp or Docker's template), RuntimeDefault[@ENGINE[-VERSION]], Localhost:PATH, "
    "Unconfined, container:ID or pid:N";

// For the first of --arch. Throws UsageError for a text that names nothing, Error for what cannot be read.
[[nodiscard]] ProfileSource profile_source(const Context& context, const ProfileOptions& options,
                                           const std::string& text);

// Whether scrim has a container of that name, as far as the caller may know.
[[nodiscard]] bool has_container(const Context& context, const std::string& name);

// The first process of a container: of scrim's by its id, of others as inspect/process.h knows them. Throws
// Error if there is none.
[[nodiscard]] pid_t container_process(const Context& context, const std::string& name,
                                      const std::vector<std::string>& runtime_roots = {});

}  // namespace scrim::cli
