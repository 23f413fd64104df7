// SPDX-License-Identifier: Apache-2.0
#include "libprofile/defaults/generator/engine_data.h"

#include <algorithm>
#include <charconv>

#include "libprofile/defaults/generator/condition_text.h"
#include "libprofile/defaults/version_number.h"
#include "libprofile/document/names.h"
#include "libprofile/text.h"

namespace scrim::defaults {

namespace {

using document::FieldReader;
using document::json::Value;
using Names = std::initializer_list<std::string_view>;

void only(const FieldReader& fields, const Value& object, std::string_view what, Names known) {
  for (const document::json::Member& each : fields.object(object, what))
    if (std::find(known.begin(), known.end(), each.name) == known.end())
      fields.fail(each.value, concat(quoted(each.name), " is no member of ", what));
}

}  // namespace

EngineData::EngineData(std::string_view text, std::string_view file)
    : file_(file), fields_(file_, warnings_), root_(document::json::parse(text, file_)) {
  only(fields_, root_, "the data",
       {"engine", "source", "note", "branch", "versions", "base", "default", "architectures", "groups",
        "denied"});
  read_versions();
  read_base();
  read_header();
  for (const Value& group : fields_.array_member(root_, "groups")) read_group(group);
  for (const Value& group : fields_.array_member(root_, "denied")) read_denied(group);
}

void EngineData::read_versions() {
  tables_.branch_numbers = narrowed<std::uint8_t>(
      fields_.number(fields_.required(root_, "branch", "the data"), "\"branch\""), "\"branch\"");
  tables_.note = tables_.text(fields_.text_member(root_, "note"));
  Value no_source(Value::Data(Value::Object{}));
  const Value* const source = FieldReader::member(root_, "source");
  const Value& common = source == nullptr ? no_source : *source;
  only(fields_, common, "\"source\"", {"repository", "path"});

  std::vector<std::uint8_t> branch_of;
  std::string branch;
  for (const Value& each : fields_.array_member(root_, "versions")) {
    only(fields_, each, "a version", {"version", "base", "repository", "tag", "commit", "path", "note"});
    VersionRow row{};
    const std::string& name = fields_.text(fields_.required(each, "version", "a version"), "\"version\"");
    const auto number = VersionNumber::parse(name);
    if (!number) fields_.fail(each, "a version is written as in \"1.6.20\" or \"profiles-0.2.0\"");
    const std::string its_branch = number->branch(tables_.branch_numbers);
    const std::uint8_t last = branch_of.empty() ? 0 : branch_of.back();
    branch_of.push_back(branch_of.empty() || its_branch == branch
                            ? last
                            : narrowed<std::uint8_t>(last + std::size_t{1}, "release branches"));
    branch = its_branch;
    row.branch = branch_of.back();
    const auto member = [&](std::string_view wanted, const Value& otherwise) {
      const std::string own = fields_.text_member(each, wanted);
      return tables_.text(own.empty() ? fields_.text_member(otherwise, wanted) : own);
    };
    row.name = tables_.text(name);
    row.base = member("base", no_source);
    row.repository = member("repository", common);
    row.tag = member("tag", no_source);
    row.commit = member("commit", no_source);
    row.path = member("path", common);
    row.note = member("note", no_source);
    tables_.versions.push_back(row);
    version_names_.push_back(name);
  }
  if (version_names_.empty()) fields_.fail(root_, "\"versions\" names none");
  if (version_names_.size() > most_versions)
    fields_.fail(root_, concat("more than ", most_versions, " versions"));
  branches_ = Branches(std::move(branch_of));
}

void EngineData::read_base() {
  const Value* const found = FieldReader::member(root_, "base");
  if (found == nullptr) return;
  only(fields_, *found, "\"base\"", {"engine", "reason", "without"});
  const Value& name = fields_.required(*found, "engine", "\"base\"");
  tables_.base = engine_named(fields_.text(name, "\"engine\""));
  if (!tables_.base) fields_.fail(name, "there is no such engine to start from");
  tables_.without = tables_.words(texts(*found, "without"));
}

void EngineData::read_header() {
  for (const Value& each : fields_.array_member(root_, "default")) {
    only(fields_, each, "each of \"default\"", {"since", "until", "action", "errno"});
    OutcomeRow row{marked(each), document::Action::error, false, 0};
    read_action(each, row);
    tables_.defaults.push_back(row);
  }
  const auto architecture = [&](const Value& value) {
    return fields_.named(value, "an architecture", "an architecture", document::architecture_named,
                         document::architecture_names());
  };
  for (const Value& each : fields_.array_member(root_, "architectures")) {
    only(fields_, each, "each of \"architectures\"", {"since", "until", "architecture", "with"});
    const std::size_t first = tables_.architectures.size();
    for (const Value& sub : fields_.array_member(each, "with"))
      tables_.architectures.push_back(architecture(sub));
    tables_.families.push_back(
        {marked(each), architecture(fields_.required(each, "architecture", "each of \"architectures\"")),
         rows_since(tables_.architectures, first)});
  }
}

void EngineData::read_group(const Value& group) {
  only(fields_, group, "a group",
       {"reason", "since", "until", "includes", "excludes", "args", "action", "errno", "names", "changes",
        "otherwise"});
  const Versions versions = marked(group);
  const auto changes = fields_.array_member(group, "changes");
  for (const Value& change : changes) {
    only(fields_, change, "a change", {"reason", "since", "until", "names"});
    if (FieldReader::member(change, "reason") == nullptr) continue;
    const std::size_t first = tables_.names.size();
    add_names(change, marked(change));
    add_rules(group, versions, reason_of(change), rows_since(tables_.names, first));
  }
  const std::size_t first = tables_.names.size();
  add_names(group, branches_.all());
  for (const Value& change : changes)
    if (FieldReader::member(change, "reason") == nullptr) add_names(change, marked(change));
  const Text reason = reason_of(group);
  if (tables_.names.size() > first) add_rules(group, versions, reason, rows_since(tables_.names, first));
}

void EngineData::add_rules(const Value& group, Versions versions, Text reason, Rows names) {
  RuleRow row{};
  row.versions = versions;
  row.reason = reason;
  row.names = names;
  row.includes = filter(group, "includes");
  row.excludes = filter(group, "excludes");
  row.action = document::Action::allow;
  read_action(group, row);

  const auto alternatives = fields_.array_member(group, "args");
  for (const Value& alternative : alternatives) {
    const auto conditions = parse_conditions(fields_.text(alternative, "each of \"args\""));
    if (!conditions) fields_.fail(alternative, "conditions are written as in \"arg0 == 8 && arg2 != 9\"");
    const std::size_t first = tables_.conditions.size();
    for (const document::Condition& each : *conditions)
      tables_.conditions.push_back(
          {each.value, each.value_two, narrowed<std::uint8_t>(each.index, "an argument"), each.op});
    row.conditions = rows_since(tables_.conditions, first);
    tables_.rules.push_back(row);
  }
  if (alternatives.empty()) tables_.rules.push_back(row);

  const Value* const otherwise = FieldReader::member(group, "otherwise");
  if (otherwise == nullptr) return;
  only(fields_, *otherwise, "\"otherwise\"", {"since", "until", "action", "errno"});
  // A list of "excludes" leaves out where any of it holds, and "includes" takes where all of it does: only
  // for a single capability is one the opposite of the other.
  const FilterRow& excludes = row.excludes;
  if (row.includes.caps.count != 1 || row.includes.arches.count != 0 || row.includes.min_kernel_major != 0 ||
      excludes.caps.count != 0 || excludes.arches.count != 0 || excludes.min_kernel_major != 0 ||
      !alternatives.empty())
    fields_.fail(*otherwise, "\"otherwise\" is for groups that include one capability and nothing else");
  std::swap(row.includes, row.excludes);
  row.versions &= marked(*otherwise);
  read_action(*otherwise, row);
  tables_.rules.push_back(row);
}

void EngineData::read_denied(const Value& group) {
  only(fields_, group, "each of \"denied\"", {"reason", "since", "until", "names"});
  const std::size_t first = tables_.names.size();
  add_names(group, branches_.all());
  tables_.denied.push_back({marked(group), reason_of(group), rows_since(tables_.names, first)});
}

Versions EngineData::marked(const Value& value) const {
  return branches_.in({marks(value, "since"), marks(value, "until")});
}

std::vector<std::size_t> EngineData::marks(const Value& value, std::string_view member) const {
  const Value* const found = FieldReader::member(value, member);
  if (found == nullptr) return {};
  if (found->string() != nullptr) return {version_named(*found)};
  std::vector<std::size_t> all;
  std::vector<std::uint8_t> branches;
  for (const Value& each : fields_.array(*found, concat("\"", member, "\""))) {
    all.push_back(version_named(each));
    const std::uint8_t branch = tables_.versions[all.back()].branch;
    if (std::find(branches.begin(), branches.end(), branch) != branches.end())
      fields_.fail(each, "a second mark of the same branch");
    branches.push_back(branch);
  }
  if (all.empty()) fields_.fail(*found, "names no version");
  return all;
}

std::size_t EngineData::version_named(const Value& name) const {
  const auto found = std::find(version_names_.begin(), version_names_.end(), fields_.text(name, "a version"));
  if (found == version_names_.end()) fields_.fail(name, "a version that is not among \"versions\"");
  return static_cast<std::size_t>(found - version_names_.begin());
}

void EngineData::add_names(const Value& value, Versions versions) {
  for (const std::string& name : texts(value, "names"))
    tables_.names.push_back({versions, tables_.text(name)});
}

FilterRow EngineData::filter(const Value& group, std::string_view member) {
  FilterRow filter{};
  const Value* const value = FieldReader::member(group, member);
  if (value == nullptr) return filter;
  only(fields_, *value, "a condition", {"arches", "caps", "minKernel"});
  filter.arches = tables_.words(texts(*value, "arches"));
  filter.caps = tables_.words(texts(*value, "caps"));
  if (const Value* kernel = FieldReader::member(*value, "minKernel")) read_kernel(*kernel, filter);
  return filter;
}

void EngineData::read_kernel(const Value& kernel, FilterRow& filter) const {
  const auto number = VersionNumber::parse(fields_.text(kernel, "\"minKernel\""));
  if (!number || number->numbers.size() != 2 || !number->prefix.empty() || !number->suffix.empty())
    fields_.fail(kernel, "a kernel version is written as in \"4.8\"");
  filter.min_kernel_major = narrowed<std::uint8_t>(number->numbers[0], "\"minKernel\"");
  filter.min_kernel_minor = narrowed<std::uint8_t>(number->numbers[1], "\"minKernel\"");
}

template <typename Row>
void EngineData::read_action(const Value& value, Row& row) const {
  if (const Value* name = FieldReader::member(value, "action"))
    row.action =
        fields_.named(*name, "\"action\"", "an action", document::action_named, document::action_names());
  if (const Value* name = FieldReader::member(value, "errno")) {
    row.errno_ret =
        fields_.named(*name, "\"errno\"", "an errno(3)", document::errno_named, document::errno_names());
    row.has_errno = true;
  }
}

Text EngineData::reason_of(const Value& value) {
  const Value& reason = fields_.required(value, "reason", "a group");
  if (reason.string() != nullptr) return tables_.text(*reason.string());
  return tables_.text(join(texts(value, "reason"), " "));
}

std::vector<std::string> EngineData::texts(const Value& object, std::string_view member) const {
  std::vector<std::string> all;
  for (const Value& each : fields_.array_member(object, member))
    all.push_back(fields_.text(each, concat("each of \"", member, "\"")));
  return all;
}

}  // namespace scrim::defaults
