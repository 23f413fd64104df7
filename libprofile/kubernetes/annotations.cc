// SPDX-License-Identifier: Apache-2.0
#include "libprofile/kubernetes/annotations.h"

#include "libprofile/text.h"

namespace scrim::kubernetes {

std::string container_annotation(std::string_view container) {
  return concat(container_annotation_prefix, container);
}

std::optional<SeccompProfile> field_for(const Annotation& annotation) {
  const auto field = [&](std::string_view type) {
    SeccompProfile profile;
    profile.at = profile.type_at = profile.localhost_at = annotation.at;
    profile.type = std::string(type);
    return profile;
  };
  constexpr std::string_view localhost = "localhost/";
  const std::string_view value = annotation.value;
  if (value == "unconfined") return field("Unconfined");
  if (value == "runtime/default" || value == "docker/default") return field("RuntimeDefault");
  if (!value.starts_with(localhost) || value.size() == localhost.size()) return std::nullopt;
  SeccompProfile profile = field("Localhost");
  profile.localhost_profile = std::string(value.substr(localhost.size()));
  return profile;
}

}  // namespace scrim::kubernetes
