// SPDX-License-Identifier: Apache-2.0
#include "libprofile/defaults/history.h"

#include <algorithm>
#include <utility>

#include "libprofile/defaults/known_version.h"
#include "libprofile/defaults/profile_rows.h"

namespace scrim::defaults {

namespace {

class Teller {
 public:
  Teller(Engine engine, std::span<const std::string> calls)
      : tables_(tables_of(engine)), calls_(calls), branches_(branch_numbers(tables_)) {}

  History tell() {
    if (tables_.base) tell_base(*tables_.base);
    for (const RuleRow& row : tables_.rules)
      for (const auto& [call, versions] : calls_of(tables_, row)) add_rule(tables_, row, call, versions);
    for (const DeniedRow& row : tables_.denied)
      for (const NameRow& name : part(tables_.names, row.names)) {
        const std::string_view call = tables_.text(name.name);
        const auto periods = names_of(row.versions & name.versions);
        if (is_asked_for(call) && !periods.empty())
          out_.denied.push_back({std::string(call), std::string(tables_.text(row.reason)), periods});
      }
    return std::move(out_);
  }

 private:
  // A call that came and went has several names in a row.
  static std::vector<std::pair<std::string_view, Versions>> calls_of(const Tables& tables,
                                                                     const RuleRow& row) {
    std::vector<std::pair<std::string_view, Versions>> out;
    for (const NameRow& name : part(tables.names, row.names)) {
      const std::string_view call = tables.text(name.name);
      const auto same = std::ranges::find(out, call, &std::pair<std::string_view, Versions>::first);
      if (same == out.end())
        out.emplace_back(call, row.versions & name.versions);
      else
        same->second |= row.versions & name.versions;
    }
    return out;
  }

  static std::vector<std::uint8_t> branch_numbers(const Tables& tables) {
    std::vector<std::uint8_t> out;
    for (const VersionRow& row : tables.versions) out.push_back(row.branch);
    return out;
  }

  // What is left of the engine that this one starts from, in this one's versions.
  void tell_base(Engine engine) {
    const Tables base = tables_of(engine);
    std::vector<std::size_t> base_of;
    for (const VersionRow& row : tables_.versions)
      base_of.push_back(known_version(base, engine, tables_.text(row.base)).index);
    const auto without = part(tables_.words, tables_.without);
    for (const RuleRow& row : base.rules)
      for (const std::pair<std::string_view, Versions>& named : calls_of(base, row)) {
        const std::string_view call = named.first;
        if (std::ranges::any_of(without, [&](Text word) { return tables_.text(word) == call; })) continue;
        Versions versions = 0;
        for (std::size_t i = 0; i < base_of.size(); ++i)
          if (has(named.second, base_of[i])) versions |= Versions{1} << i;
        add_rule(base, row, call, versions);
      }
  }

  void add_rule(const Tables& tables, const RuleRow& row, std::string_view call, Versions versions) {
    if (!is_asked_for(call) || versions == 0) return;
    out_.rules.push_back({std::string(call), rule_of(tables, row), names_of(versions)});
  }

  [[nodiscard]] bool is_asked_for(std::string_view call) const {
    return calls_.empty() || std::ranges::find(calls_, call) != calls_.end();
  }

  [[nodiscard]] std::vector<PeriodNames> names_of(Versions versions) const {
    const auto names = [&](const std::vector<std::size_t>& all) {
      std::vector<std::string> out;
      out.reserve(all.size());
      for (const std::size_t each : all) out.emplace_back(tables_.text(tables_.versions[each].name));
      return out;
    };
    std::vector<PeriodNames> out;
    for (const Period& each : branches_.periods(versions))
      out.push_back({names(each.since), names(each.until)});
    return out;
  }

  Tables tables_;
  std::span<const std::string> calls_;
  Branches branches_;
  History out_;
};

}  // namespace

History history(Engine engine, std::span<const std::string> calls) {
  return Teller(engine, calls).tell();
}

}  // namespace scrim::defaults
