// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <vector>

#include "launcher/bundle/spec.h"
#include "launcher/criu/external.h"

namespace scrim::criu {

// Holds the mounts of a restored process, which does not run yet, against its bundle. criu takes flags and
// places from the images, and sources from the bundle by their places: whoever has renamed directories
// meanwhile would find one volume under the flags of another. Throws Error that names the mount if a bind
// mount is not of its source, if what the bundle wants read-only (mounts, root, readonlyPaths) is not there
// or can be written, or if one of maskedPaths that exists is not masked. `mounts`: restored_mounts().
void check_mounts(pid_t pid, const bundle::Spec& spec, const std::vector<ExternalMount>& mounts);

}  // namespace scrim::criu
