// SPDX-License-Identifier: Apache-2.0
#include "launcher/cli/version.h"

#include <seccomp.h>

#include "libprofile/text.h"

namespace scrim::cli {

std::string version_text() {
  std::string text = concat("scrim version ", SCRIM_VERSION, "\n");
#ifdef SCRIM_COMMIT
  text += concat("commit: ", SCRIM_COMMIT, "\n");
#endif
  text += "spec: 1.2.1\n";
  if (const scmp_version* libseccomp = seccomp_version(); libseccomp != nullptr)
    text += concat("libseccomp: ", libseccomp->major, ".", libseccomp->minor, ".", libseccomp->micro, "\n");
  return text + "+SECCOMP +SELINUX +APPARMOR +CAP\n";
}

}  // namespace scrim::cli
