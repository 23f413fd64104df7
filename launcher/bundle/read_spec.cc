// SPDX-License-Identifier: Apache-2.0
// The whole of config.json (runtime-spec, config.md), and what its parts must not say of each other.
#include <algorithm>

#include "launcher/bundle/readers.h"
#include "launcher/bundle/version.h"
#include "libprofile/text.h"

namespace scrim::bundle {

namespace {

std::string read_version(const Field& config) {
  const Field field = config.require("ociVersion");
  std::string version = field.string();
  const std::optional<std::string_view> major = semantic_version_major(version);
  if (!major) field.fail(concat("must be a version as of semver.org, such as 1.2.1, not ", quoted(version)));
  if (*major != "1") field.fail(concat("must be 1.x, not ", quoted(version)));
  return version;
}

void read_root(const Field& config, const std::string& bundle, Spec& spec) {
  const Field root = config.require("root");
  std::string path = root.require("path").non_empty_string();
  spec.root_path = path.starts_with('/') ? std::move(path) : concat(bundle, "/", path);
  spec.root_readonly = root.boolean_or_false("readonly");
}

std::string read_uts_name(const Field& config, std::string_view name, const Spec& spec) {
  std::string value = config.string_or_empty(name);
  if (!value.empty() && spec.find(NamespaceType::uts) == nullptr) {
    config.require(name).fail("needs a uts namespace in linux.namespaces: it would change the host");
  }
  return value;
}

std::vector<Setting> read_annotations(const Field& field) {
  std::vector<Setting> annotations;
  for (const auto& [name, value] : field.members()) {
    if (name.empty()) value.fail("must not have an empty name");
    annotations.push_back({.name = name, .value = value.string()});
  }
  return annotations;
}

// config.md, "Linux mount options": idmap without mappings takes the user namespace's; without that it MUST
// fail.
void check_id_mapped_mounts(const Field& mounts, const Spec& spec) {
  const std::vector<Field> entries = mounts.elements("objects");
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const Mount& mount = spec.mounts[i];
    const bool wants_mapping =
        std::any_of(mount.options.begin(), mount.options.end(),
                    [](const std::string& option) { return option == "idmap" || option == "ridmap"; });
    if ((wants_mapping || !mount.uid_mappings.empty()) && mount.type != "bind")
      entries[i].fail("is to be id-mapped: only bind mounts can be");
    if (wants_mapping && mount.uid_mappings.empty() && spec.find(NamespaceType::user) == nullptr) {
      entries[i].fail(
          "is to be id-mapped: it needs uidMappings and gidMappings, or the container a user namespace");
    }
  }
}

}  // namespace

const Namespace* Spec::find(NamespaceType type) const {
  const auto found = std::find_if(namespaces.begin(), namespaces.end(),
                                  [type](const Namespace& n) { return n.type == type; });
  return found == namespaces.end() ? nullptr : &*found;
}

Spec read_spec(const document::json::Value& value, const std::string& file, const std::string& bundle,
               document::Warnings& warnings) {
  const Source source{.file = file, .warnings = warnings};
  const Field config(value, "", source);
  Spec spec;
  spec.oci_version = read_version(config);
  if (const auto linux = config.find("linux")) read_linux(*linux, spec);
  if (const auto process = config.find("process")) spec.process = read_process(*process);
  read_root(config, bundle, spec);
  spec.hostname = read_uts_name(config, "hostname", spec);
  spec.domainname = read_uts_name(config, "domainname", spec);
  if (const auto mounts = config.find("mounts")) {
    spec.mounts = read_mounts(*mounts, bundle);
    check_id_mapped_mounts(*mounts, spec);
  }
  if (const auto hooks = config.find("hooks")) spec.hooks = read_hooks(*hooks);
  if (const auto annotations = config.find("annotations")) spec.annotations = read_annotations(*annotations);
  return spec;
}

}  // namespace scrim::bundle
