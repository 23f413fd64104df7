// SPDX-License-Identifier: Apache-2.0
// mounts (runtime-spec, config.md "Mounts").
#include <algorithm>
#include <initializer_list>

#include "launcher/bundle/readers.h"
#include "libprofile/text.h"

namespace scrim::bundle {

namespace {

bool has_option(const Mount& mount, std::initializer_list<std::string_view> names) {
  return std::any_of(mount.options.begin(), mount.options.end(), [&](const std::string& option) {
    return std::find(names.begin(), names.end(), option) != names.end();
  });
}

std::string read_destination(const Field& entry) {
  const Field field = entry.require("destination");
  std::string destination = field.non_empty_string();
  if (destination.starts_with('/')) return destination;
  // Deprecated in 1.2, but MUST be read so.
  field.warn(concat(quoted(destination), " is relative, which is deprecated; it is taken as relative to /"));
  return concat("/", destination);
}

// Which filesystem, and for bind mounts what to bind.
void read_what(const Field& entry, const std::string& bundle, Mount& mount) {
  mount.type = entry.string_or_empty("type");
  mount.source = entry.string_or_empty("source");
  // With bind or rbind the type is a dummy, often "none".
  if (has_option(mount, {"bind", "rbind"})) mount.type = "bind";
  if (mount.type == "bind") {
    if (mount.source.empty()) entry.fail("is a bind mount without a source");
    if (!mount.source.starts_with('/')) mount.source = concat(bundle, "/", mount.source);
  } else if (mount.type.empty() && !has_option(mount, {"remount"})) {
    entry.fail("needs a type, or bind or rbind among its options");
  }
}

void read_mappings(const Field& entry, Mount& mount) {
  const std::optional<Field> uids = entry.find("uidMappings");
  const std::optional<Field> gids = entry.find("gidMappings");
  if (uids) mount.uid_mappings = read_id_mappings(*uids);
  if (gids) mount.gid_mappings = read_id_mappings(*gids);
  // config.md, "POSIX-platform Mounts": one MUST be specified along with the other.
  if (mount.uid_mappings.empty() != mount.gid_mappings.empty()) {
    entry.fail("needs uidMappings and gidMappings together");
  }
}

}  // namespace

std::vector<Mount> read_mounts(const Field& field, const std::string& bundle) {
  std::vector<Mount> mounts;
  for (const Field& entry : field.elements("objects")) {
    Mount mount;
    mount.destination = read_destination(entry);
    mount.options = entry.strings_or_none("options");
    read_what(entry, bundle, mount);
    read_mappings(entry, mount);
    mounts.push_back(std::move(mount));
  }
  return mounts;
}

}  // namespace scrim::bundle
