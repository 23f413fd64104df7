// SPDX-License-Identifier: Apache-2.0
#include "libprofile/resolve/capabilities.h"

#include <algorithm>
#include <array>

#include "libprofile/document/names.h"
#include "libprofile/error.h"
#include "libprofile/text.h"

namespace scrim::resolve {

namespace {

// moby oci/caps/defaults.go and containerd oci/spec.go (defaultUnixCaps); containers-common's is a part of
// it.
constexpr std::array<std::string_view, 14> engine_default{
    "CAP_CHOWN",   "CAP_DAC_OVERRIDE", "CAP_FSETID",           "CAP_FOWNER",
    "CAP_MKNOD",   "CAP_NET_RAW",      "CAP_SETGID",           "CAP_SETUID",
    "CAP_SETFCAP", "CAP_SETPCAP",      "CAP_NET_BIND_SERVICE", "CAP_SYS_CHROOT",
    "CAP_KILL",    "CAP_AUDIT_WRITE"};

char upper(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

// `b` in capital letters.
bool equal(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return upper(x) == y; });
}

}  // namespace

std::optional<unsigned> CapabilitySet::number_of(std::string_view name) {
  constexpr std::string_view prefix = "CAP_";
  if (equal(name.substr(0, prefix.size()), prefix)) name.remove_prefix(prefix.size());
  const auto names = document::capability_names();
  for (std::size_t i = 0; i < names.size(); ++i)
    if (equal(name, names[i].substr(prefix.size()))) return static_cast<unsigned>(i);
  return std::nullopt;
}

std::string CapabilitySet::name_of(unsigned number) {
  const auto names = document::capability_names();
  // A newer kernel's: the number alone, as cap_to_name(3) gives it.
  return number < names.size() ? std::string(names[number]) : concat(number);
}

bool CapabilitySet::has(std::string_view name) const {
  const auto number = number_of(name);
  return number && has(*number);
}

CapabilitySet capabilities_named(std::string_view word, unsigned last) {
  CapabilitySet set;
  if (equal(word, "ALL")) {
    for (unsigned number = 0; number <= last; ++number) set.add(number);
  } else if (equal(word, "DEFAULT")) {
    for (const std::string_view capability : engine_default) set.add(*CapabilitySet::number_of(capability));
  } else {
    const auto number = CapabilitySet::number_of(word);
    if (!number) throw Error(concat("no capability is called ", word, " (capabilities(7); or ALL, DEFAULT)"));
    set.add(*number);
  }
  return set;
}

}  // namespace scrim::resolve
