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

std::string quoted_as_go(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    constexpr std::string_view digits = "0123456789abcdef";
    if (c == '"' || c == '\\')
      out += concat('\\', c);
    else if (c == '\n')
      out += "\\n";
    else if (c == '\t')
      out += "\\t";
    else if (c == '\r')
      out += "\\r";
    else if (byte < 0x20 || byte == 0x7f)
      out += concat("\\x", digits[byte >> 4], digits[byte & 15]);
    else
      out += c;
  }
  return out += '"';
}

}  // namespace scrim::kubernetes
