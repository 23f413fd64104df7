// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace scrim::init {

// Makes this process' session keyring the container's, "_ses.ID", which is made if it is not there yet
// (session-keyring(7)): the container must not read the keys of whoever started it (CVE-2015-8660 et al.).
// Processes that join the container later find it by its name. Nothing happens on kernels without keys.
void join_session_keyring(const std::string& id, bool user_namespace);

}  // namespace scrim::init
