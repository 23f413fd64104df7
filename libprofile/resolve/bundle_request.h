// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "libprofile/document/json.h"
#include "libprofile/resolve/resolve.h"
#include "libprofile/resolve/runtime_config.h"

// What a config.json asks for, and a config.json that says what was resolved. Both the runtime and the hooks
// need it.
namespace scrim::resolve {

// Reads linux.seccomp, annotations, and the marks of a privileged container (README.md of this folder has the
// table of precedence). `file` names the config.json in messages.
[[nodiscard]] Request bundle_request(const document::json::Value& config, std::string_view file,
                                     const RuntimeConfig& runtime_config, document::Warnings& warnings);

// True if an engine made this container privileged: full bounding set (as full as an engine that started this
// process can give), no masked and no readonly paths, and every device allowed. privilege.h has the details.
[[nodiscard]] bool looks_privileged(const document::json::Value& config);

// process.capabilities.bounding of a config.json.
[[nodiscard]] CapabilitySet bounding_set(const document::json::Value& config);

// Puts the resolved profile in place of linux.seccomp (or takes it away), and notes in annotation
// run.scrim.resolved which one it is. Takes away crun's run.oci.seccomp_bpf_data. Throws Error if there is a
// floor besides a profile: linux.seccomp cannot say that.
void write_resolution(document::json::Value& config, const Resolution& resolution);

}  // namespace scrim::resolve
