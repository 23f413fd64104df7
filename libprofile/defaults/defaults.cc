// SPDX-License-Identifier: Apache-2.0
#include "libprofile/defaults/defaults.h"

#include <algorithm>

#include "libprofile/defaults/known_version.h"
#include "libprofile/defaults/profile_rows.h"
#include "libprofile/text.h"

namespace scrim::defaults {

namespace {

// Takes the names out of all rules, and rules without names left out of the profile.
void take_out(const Tables& tables, Rows names, document::Profile& profile) {
  const auto all = part(tables.words, names);
  for (document::TemplateRule& each : profile.rules)
    std::erase_if(each.rule.names, [&](const document::Name& name) {
      return std::ranges::any_of(all, [&](Text text) { return tables.text(text) == name.text; });
    });
  std::erase_if(profile.rules, [](const document::TemplateRule& each) { return each.rule.names.empty(); });
}

}  // namespace

std::vector<std::string> versions(Engine engine) {
  const Tables tables = tables_of(engine);
  std::vector<std::string> out;
  for (const VersionRow& row : tables.versions) out.emplace_back(tables.text(row.name));
  return out;
}

document::Profile default_profile(Engine engine, std::string_view version) {
  const Tables tables = tables_of(engine);
  const KnownVersion known = known_version(tables, engine, version);
  document::Profile profile;
  if (tables.base) {
    profile = default_profile(*tables.base, tables.text(tables.versions[known.index].base));
    take_out(tables, tables.without, profile);
  }
  add_to(profile, tables, known.index);
  profile.file = concat("RuntimeDefault@", name_of(engine), "-", known.name);
  profile.uses_template_fields = true;
  return profile;
}

}  // namespace scrim::defaults
