// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "launcher/bundle/spec.h"
#include "launcher/init/namespaces.h"
#include "launcher/os/fd.h"

namespace scrim::runtime {

// The sources of bind mounts that the container's first process cannot open itself, as detached mounts: what
// is to be id-mapped needs privileges over the source's file system, and root of a user namespace is nobody
// on the way to it (a volume below a directory with mode 0700). By their place in spec.mounts, with nothing
// for the others; empty if there is none.
[[nodiscard]] std::vector<os::Fd> open_mount_sources(const bundle::Spec& spec,
                                                     const init::NamespacePlan& namespaces);

}  // namespace scrim::runtime
