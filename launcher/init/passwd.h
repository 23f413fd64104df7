// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

// passwd(5) and group(5) read as files: name service modules would have to be loaded, and inside a container
// they would be the container's.
namespace scrim::init {

// The home directory of a user in /etc/passwd, "/" if it has none there.
[[nodiscard]] std::string home_of(uid_t uid);

// The name of a user there, or its number as text.
[[nodiscard]] std::string name_of(uid_t uid);

struct Account {
  uid_t uid = 0;
  gid_t gid = 0;
  std::vector<gid_t> additional_gids;  // of /etc/group
};
// "1000", "1000:100", "nobody", "nobody:nogroup" (as docker run --user). Throws Error for names that do not
// exist.
[[nodiscard]] Account find_account(const std::string& text);

}  // namespace scrim::init
