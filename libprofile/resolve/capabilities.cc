// SPDX-License-Identifier: Apache-2.0
#include "libprofile/resolve/capabilities.h"

#include <algorithm>

#include "libprofile/document/names.h"
#include "libprofile/text.h"

namespace scrim::resolve {

static char upper(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

std::optional<unsigned> CapabilitySet::number_of(std::string_view name) {
  constexpr std::string_view prefix = "CAP_";
  const auto same = [](char a, char b) { return upper(a) == b; };
  const auto equal = [&](std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), same);
  };
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

}  // namespace scrim::resolve
