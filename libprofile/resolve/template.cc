// SPDX-License-Identifier: Apache-2.0
#include "libprofile/resolve/template.h"

#include <algorithm>

namespace scrim::resolve {

namespace {

using document::Filter;

bool names_architecture(const Filter& filter, const Target& target) {
  return std::find(filter.arches.begin(), filter.arches.end(), go_name(target.architecture)) !=
         filter.arches.end();
}

// Letter by letter, as every engine compares: "sys_admin" is no capability in a profile.
bool holds(const Target& target, const std::string& capability) {
  const auto number = CapabilitySet::number_of(capability);
  return number && target.bounding.has(*number) && CapabilitySet::name_of(*number) == capability;
}

bool reaches(const Target& target, const std::array<unsigned, 2>& version) {
  return target.kernel >= KernelVersion{version[0], version[1]};
}

bool included(const Filter& filter, const Target& target) {
  if (!filter.arches.empty() && !names_architecture(filter, target)) return false;
  if (filter.min_kernel && !reaches(target, *filter.min_kernel)) return false;
  return std::all_of(filter.caps.begin(), filter.caps.end(),
                     [&](const std::string& capability) { return holds(target, capability); });
}

bool excluded(const Filter& filter, const Target& target) {
  if (names_architecture(filter, target)) return true;
  if (filter.min_kernel && reaches(target, *filter.min_kernel)) return true;
  return std::any_of(filter.caps.begin(), filter.caps.end(),
                     [&](const std::string& capability) { return holds(target, capability); });
}

}  // namespace

document::OciSeccomp evaluate_template(const document::Profile& profile, const Target& target) {
  if (!profile.header.architectures.empty() && !profile.arch_map.empty())
    throw document::DocumentError(profile.file, {}, "\"archMap\" and \"architectures\" cannot both be given");
  document::OciSeccomp result{profile.file, profile.header, {}};
  const auto family = std::find_if(profile.arch_map.begin(), profile.arch_map.end(), [&](const auto& each) {
    return each.architecture == target.architecture;
  });
  // Without an entry of its own an architecture stands alone.
  if (family != profile.arch_map.end()) {
    result.header.architectures.push_back(family->architecture);
    result.header.architectures.insert(result.header.architectures.end(), family->sub_architectures.begin(),
                                       family->sub_architectures.end());
  }
  for (const document::TemplateRule& each : profile.rules)
    if (!excluded(each.excludes, target) && included(each.includes, target))
      result.rules.push_back(each.rule);
  return result;
}

}  // namespace scrim::resolve
