// SPDX-License-Identifier: Apache-2.0
#include "libprofile/defaults/profile_rows.h"

namespace scrim::defaults {

namespace {

std::vector<std::string> strings(const Tables& tables, Rows words) {
  std::vector<std::string> out;
  out.reserve(words.count);
  for (const Text word : part(tables.words, words)) out.emplace_back(tables.text(word));
  return out;
}

document::Filter filter_of(const Tables& tables, const FilterRow& row) {
  document::Filter filter{strings(tables, row.arches), strings(tables, row.caps), std::nullopt};
  if (row.min_kernel_major != 0)
    filter.min_kernel = {unsigned{row.min_kernel_major}, unsigned{row.min_kernel_minor}};
  return filter;
}

}  // namespace

document::TemplateRule rule_of(const Tables& tables, const RuleRow& row) {
  document::TemplateRule out;
  out.comment = tables.text(row.reason);
  out.includes = filter_of(tables, row.includes);
  out.excludes = filter_of(tables, row.excludes);
  out.rule.action = row.action;
  if (row.has_errno) out.rule.errno_ret = row.errno_ret;
  for (const ConditionRow& each : part(tables.conditions, row.conditions))
    out.rule.conditions.push_back({each.index, each.op, each.value, each.value_two, {}});
  return out;
}

void add_to(document::Profile& profile, const Tables& tables, std::size_t version) {
  for (const OutcomeRow& row : tables.defaults)
    if (has(row.versions, version)) {
      profile.header.default_action = row.action;
      profile.header.default_errno_ret = row.has_errno ? std::optional(row.errno_ret) : std::nullopt;
    }
  for (const FamilyRow& row : tables.families)
    if (has(row.versions, version)) {
      const auto with = part(tables.architectures, row.sub_architectures);
      profile.arch_map.push_back({row.architecture, {with.begin(), with.end()}});
    }
  profile.rules.reserve(profile.rules.size() + tables.rules.size());
  for (const RuleRow& row : tables.rules) {
    if (!has(row.versions, version)) continue;
    std::vector<document::Name> names;
    for (const NameRow& each : part(tables.names, row.names))
      if (has(each.versions, version)) names.push_back({std::string(tables.text(each.name)), {}});
    if (names.empty()) continue;
    profile.rules.push_back(rule_of(tables, row));
    profile.rules.back().rule.names = std::move(names);
  }
}

}  // namespace scrim::defaults
