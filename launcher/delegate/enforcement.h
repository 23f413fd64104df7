// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "launcher/delegate/runtime_kind.h"
#include "libprofile/document/json.h"
#include "libprofile/resolve/resolve.h"

namespace scrim::delegate {

// Who carries the container out.
struct Carrier {
  std::string program;                // its path
  std::function<RuntimeKind()> kind;  // asks it; called only where it matters
};

// Writes a resolution into a config.json so that the delegate enforces exactly that, or throws Error.
//
// crun loads the program of our own compiler: annotation run.oci.seccomp_bpf_data, which it prefers to
// linux.seccomp (since 0.18). Everybody else compiles linux.seccomp through libseccomp. So both are written,
// and whoever does not know the annotation enforces the profile as well. Where libseccomp may get it wrong,
// or a floor is enforced besides a profile, crun's linux.seccomp is one that cannot be compiled: a crun that
// did not look at the annotation would refuse to start the container. For other delegates libseccomp's output
// is proved then, before the start.
//
// `because` gets what was done, a line each.
void write_enforcement(document::json::Value& config, const resolve::Resolution& resolution,
                       const Carrier& carrier, std::vector<std::string>& because,
                       document::Warnings& warnings);

}  // namespace scrim::delegate
