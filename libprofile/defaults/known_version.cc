// SPDX-License-Identifier: Apache-2.0
#include "libprofile/defaults/known_version.h"

#include <algorithm>
#include <optional>

#include "libprofile/defaults/version_number.h"
#include "libprofile/document/diagnostic.h"
#include "libprofile/error.h"
#include "libprofile/text.h"

namespace scrim::defaults {

namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// "-37-g1a2b3c4", in which git-describe(1) counts the commits since the release.
bool is_git_description(std::string_view suffix) {
  suffix.remove_prefix(1);
  const std::size_t count = std::min(suffix.find_first_not_of("0123456789"), suffix.size());
  return suffix.substr(count).starts_with("-g") &&
         suffix.find_first_of("0123456789abcdef", count + 2) == count + 2;
}

// Fedora's "-0.1.beta.1.fc35" and "-0-rc1" are of before the release; "-0ubuntu1~22.04.1" is not.
bool is_before_release(std::string_view suffix) {
  constexpr std::string_view zero = "-0";
  if (!suffix.starts_with(zero)) return false;
  suffix.remove_prefix(zero.size());
  for (const std::string_view word : {"rc", "beta", "alpha"})
    if (suffix.find(word) != std::string_view::npos) return true;
  return suffix.size() > 1 && suffix[0] == '.' && is_digit(suffix[1]);
}

// Whether that is what a distribution adds to upstream's version: "~ds1", "+dfsg1" for sources that were
// repacked, "-1+deb12u1" and "-0ubuntu1~22.04.1" for its own changes. "-rc.1" is not: upstream says that.
bool is_packaging(std::string_view suffix) {
  for (const std::string_view repacked : {"~ds", "+ds", "+dfsg", "~dfsg"})
    if (suffix.starts_with(repacked)) {
      suffix.remove_prefix(repacked.size());
      while (!suffix.empty() && is_digit(suffix.front())) suffix.remove_prefix(1);
      break;
    }
  if (suffix.empty()) return true;
  return suffix.size() > 1 && suffix[0] == '-' && is_digit(suffix[1]) && !is_git_description(suffix) &&
         !is_before_release(suffix);
}

// Looks one version up among those of an engine.
class LookUp {
 public:
  LookUp(const Tables& tables, Engine engine) : tables_(tables), engine_(engine) {}

  KnownVersion find(std::string_view text) {
    if (text.empty()) return exactly(tables_.versions.size() - 1);
    if (const auto index = index_of(text)) return exactly(*index);
    std::string_view upstream = text;
    if (upstream.size() > 1 && upstream[0] == 'v' && is_digit(upstream[1])) upstream.remove_prefix(1);
    number_ = VersionNumber::parse(upstream);
    if (number_ && is_packaging(number_->suffix)) upstream.remove_suffix(number_->suffix.size());
    asked_ = upstream;
    if (const auto index = index_of(upstream)) return exactly(*index);
    number_ = VersionNumber::parse(upstream);
    if (!number_ || !number_->suffix.empty()) not_known(concat("known are ", all()));
    return by_number();
  }

 private:
  [[nodiscard]] std::string name(std::size_t index) const {
    return std::string(tables_.text(tables_.versions[index].name));
  }

  [[nodiscard]] KnownVersion exactly(std::size_t index) const { return {index, name(index), {}}; }

  [[nodiscard]] std::optional<std::size_t> index_of(std::string_view text) const {
    const auto found = std::ranges::find_if(
        tables_.versions, [&](const VersionRow& row) { return tables_.text(row.name) == text; });
    if (found == tables_.versions.end()) return std::nullopt;
    return static_cast<std::size_t>(found - tables_.versions.begin());
  }

  [[nodiscard]] std::string all() const {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < tables_.versions.size(); ++i) names.push_back(name(i));
    return join(names);
  }

  [[noreturn]] void not_known(std::string_view why) const {
    const std::string_view note = tables_.text(tables_.note);
    throw Error(concat("RuntimeDefault of ", name_of(engine_), " ", asked_, " is not known: ", why,
                       note.empty() ? "" : "; ", note));
  }

  KnownVersion by_number() {
    std::optional<std::size_t> before;
    std::optional<std::size_t> after;
    std::vector<std::string> in_branch;  // what "1.7" could mean
    for (std::size_t i = 0; i < tables_.versions.size(); ++i) {
      const auto known = VersionNumber::parse(tables_.text(tables_.versions[i].name));
      if (!known || known->prefix != number_->prefix) continue;
      if (number_->numbers.size() < known->numbers.size() &&
          std::equal(number_->numbers.begin(), number_->numbers.end(), known->numbers.begin()))
        in_branch.push_back(name(i));
      if (known->numbers < number_->numbers)
        before = i;
      else if (!after)
        after = i;
    }
    if (!in_branch.empty()) not_known(concat("not one version; known of it: ", join(in_branch)));
    if (!before && !after) not_known(concat("known are ", all()));
    if (!after) not_known(concat("newer than ", name(*before), ", the newest that is"));
    if (!before) not_known(concat("older than ", name(*after), ", the oldest that is"));
    return between(*before, *after);
  }

  [[nodiscard]] bool in_its_branch(std::size_t index) const {
    const auto known = VersionNumber::parse(tables_.text(tables_.versions[index].name));
    return known->branch(tables_.branch_numbers) == number_->branch(tables_.branch_numbers);
  }

  KnownVersion between(std::size_t before, std::size_t after) {
    const std::vector<std::string> differences = differing(before, after);
    const std::string neighbours = concat(name(before), " and ", name(after));
    if (!in_its_branch(before) || !in_its_branch(after)) {
      if (in_its_branch(before))
        not_known(concat("newer than ", name(before), ", the newest that is of its release branch"));
      if (in_its_branch(after))
        not_known(concat("older than ", name(after), ", the oldest that is of its release branch"));
      not_known(concat("of another release branch than ", neighbours, ", between which it is"));
    }
    if (!differences.empty())
      not_known(concat("between ", neighbours, ", which differ in ", join(differences)));
    return {before, std::string(asked_),
            concat(asked_, " is taken for ", name(before), ": it is between that and ", name(after),
                   ", which have the same default")};
  }

  // The calls (or what else) in which two versions differ, each once.
  [[nodiscard]] std::vector<std::string> differing(std::size_t a, std::size_t b) const {
    std::vector<std::string> out;
    const auto add = [&](std::string_view what) {
      if (std::ranges::find(out, what) == out.end()) out.emplace_back(what);
    };
    const auto differs = [&](Versions versions) { return has(versions, a) != has(versions, b); };
    for (const RuleRow& rule : tables_.rules)
      for (const NameRow& each : part(tables_.names, rule.names))
        if (differs(rule.versions & each.versions)) add(tables_.text(each.name));
    for (const OutcomeRow& row : tables_.defaults)
      if (differs(row.versions)) add("the default action");
    for (const FamilyRow& row : tables_.families)
      if (differs(row.versions)) add(document::name_of(row.architecture));
    if (tables_.text(tables_.versions[a].base) != tables_.text(tables_.versions[b].base))
      add("what they start from");
    return out;
  }

  const Tables& tables_;
  Engine engine_;
  std::string_view asked_;
  std::optional<VersionNumber> number_;
};

}  // namespace

KnownVersion known_version(const Tables& tables, Engine engine, std::string_view text) {
  return LookUp(tables, engine).find(text);
}

KnownVersion known_version(Engine engine, std::string_view text) {
  return known_version(tables_of(engine), engine, text);
}

}  // namespace scrim::defaults
