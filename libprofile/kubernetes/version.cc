// SPDX-License-Identifier: Apache-2.0
#include "libprofile/kubernetes/version.h"

#include <charconv>

#include "libprofile/error.h"
#include "libprofile/text.h"

namespace scrim::kubernetes {

Version parse_version(std::string_view text) {
  const std::string_view digits = text.starts_with('v') ? text.substr(1) : text;
  const char* const end = digits.data() + digits.size();
  Version version;
  const auto major = std::from_chars(digits.data(), end, version.major);
  const bool has_minor = major.ec == std::errc() && major.ptr != end && *major.ptr == '.';
  const auto minor = has_minor ? std::from_chars(major.ptr + 1, end, version.minor) : major;
  const bool ends = minor.ptr == end || *minor.ptr == '.' || *minor.ptr == '+' || *minor.ptr == '-';
  if (!has_minor || minor.ec != std::errc() || !ends || version.major != 1)
    throw Error(concat(quoted(text), " is no Kubernetes version, as 1.27 and v1.27.3 are"));
  return version;
}

std::string text_of(Version version) {
  return concat(version.major, ".", version.minor);
}

}  // namespace scrim::kubernetes
