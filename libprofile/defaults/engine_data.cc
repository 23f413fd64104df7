// SPDX-License-Identifier: Apache-2.0
#include "libprofile/defaults/engine_data.h"

#include <algorithm>
#include <charconv>

#include "libprofile/defaults/condition_text.h"
#include "libprofile/document/names.h"
#include "libprofile/text.h"

namespace scrim::defaults {

namespace {

using document::Action;
using document::FieldReader;
using document::Filter;
using document::Profile;
using document::TemplateRule;
using document::json::Value;

constexpr std::string_view top_members[] = {"engine",        "versions", "base",  "default",
                                            "architectures", "groups",   "denied"};
constexpr std::string_view group_members[] = {"reason", "since", "until", "includes", "excludes", "args",
                                              "action", "errno", "names", "changes",  "otherwise"};
constexpr std::string_view change_members[] = {"reason", "since", "until", "names"};

void only(const FieldReader& fields, const Value& object, std::string_view what,
          std::span<const std::string_view> known) {
  for (const document::json::Member& each : fields.object(object, what))
    if (std::find(known.begin(), known.end(), each.name) == known.end())
      fields.fail(each.value, concat(document::quoted(each.name), " is no member of ", what));
}

}  // namespace

EngineData::EngineData(std::string_view text, std::string_view file)
    : file_(file), fields_(file_, warnings_), root_(document::json::parse(text, file_)) {
  only(fields_, root_, "the data", top_members);
  for (const Value& each : fields_.array_member(root_, "versions"))
    versions_.push_back(fields_.text(fields_.required(each, "version", "a version"), "\"version\""));
  if (versions_.empty()) fields_.fail(root_, "\"versions\" names none");
}

std::optional<EngineData::Base> EngineData::base(std::size_t version) const {
  const Value* found = FieldReader::member(root_, "base");
  if (found == nullptr) return std::nullopt;
  Base base;
  base.engine = fields_.text(fields_.required(*found, "engine", "\"base\""), "\"engine\"");
  const Value& entry = fields_.array_member(root_, "versions")[version];
  base.version = fields_.text(fields_.required(entry, "base", "a version"), "\"base\"");
  append_texts(*found, "without", base.without);
  return base;
}

void EngineData::add_to(Profile& profile, std::size_t version) const {
  add_header(profile, version);
  for (const Value& group : fields_.array_member(root_, "groups")) add_group(profile, group, version);
}

bool EngineData::holds(const Value& value, std::size_t version) const {
  const Value* since = FieldReader::member(value, "since");
  const Value* until = FieldReader::member(value, "until");
  return (since == nullptr || version_named(*since) <= version) &&
         (until == nullptr || version < version_named(*until));
}

std::size_t EngineData::version_named(const Value& name) const {
  const auto found = std::find(versions_.begin(), versions_.end(), fields_.text(name, "a version"));
  if (found == versions_.end()) fields_.fail(name, "a version that is not among \"versions\"");
  return static_cast<std::size_t>(found - versions_.begin());
}

void EngineData::add_header(Profile& profile, std::size_t version) const {
  for (const Value& each : fields_.array_member(root_, "default"))
    if (holds(each, version))
      read_outcome(each, profile.header.default_action, profile.header.default_errno_ret);
  for (const Value& each : fields_.array_member(root_, "architectures")) {
    if (!holds(each, version)) continue;
    const auto architecture = [&](const Value& value) {
      return fields_.named(value, "an architecture", "an architecture", document::architecture_named,
                           document::architecture_names());
    };
    document::ArchitectureFamily family;
    family.architecture = architecture(fields_.required(each, "architecture", "each of \"architectures\""));
    for (const Value& sub : fields_.array_member(each, "with"))
      family.sub_architectures.push_back(architecture(sub));
    profile.arch_map.push_back(std::move(family));
  }
}

void EngineData::add_group(Profile& profile, const Value& group, std::size_t version) const {
  only(fields_, group, "a group", group_members);
  if (!holds(group, version)) return;
  const std::string reason = reason_of(group);
  std::vector<std::string> names;
  append_texts(group, "names", names);
  for (const Value& change : fields_.array_member(group, "changes")) {
    only(fields_, change, "a change", change_members);
    if (!holds(change, version)) continue;
    if (FieldReader::member(change, "reason") == nullptr) {
      append_texts(change, "names", names);
      continue;
    }
    std::vector<std::string> changed;
    append_texts(change, "names", changed);
    add_rules(profile, group, reason_of(change), changed);
  }
  if (!names.empty()) add_rules(profile, group, reason, names);
}

void EngineData::add_rules(Profile& profile, const Value& group, const std::string& reason,
                           const std::vector<std::string>& names) const {
  TemplateRule each;
  each.comment = reason;
  for (const std::string& name : names) each.rule.names.push_back({name, {}});
  each.includes = filter(group, "includes");
  each.excludes = filter(group, "excludes");
  read_outcome(group, each.rule.action, each.rule.errno_ret);

  const auto alternatives = fields_.array_member(group, "args");
  for (const Value& alternative : alternatives) {
    auto conditions = parse_conditions(fields_.text(alternative, "each of \"args\""));
    if (!conditions) fields_.fail(alternative, "conditions are written as in \"arg0 == 8 && arg2 != 9\"");
    each.rule.conditions = std::move(*conditions);
    profile.rules.push_back(each);
  }
  if (alternatives.empty()) profile.rules.push_back(each);

  if (const Value* otherwise = FieldReader::member(group, "otherwise")) {
    // A list of "excludes" leaves out where any of it holds, and "includes" takes where all of it does: only
    // for a single capability is one the opposite of the other.
    if (each.includes.caps.size() != 1 || !each.includes.arches.empty() || each.includes.min_kernel ||
        !each.excludes.empty() || !alternatives.empty())
      fields_.fail(*otherwise, "\"otherwise\" is for groups that include one capability and nothing else");
    std::swap(each.includes, each.excludes);
    read_outcome(*otherwise, each.rule.action, each.rule.errno_ret);
    profile.rules.push_back(std::move(each));
  }
}

Filter EngineData::filter(const Value& group, std::string_view member) const {
  Filter filter;
  const Value* value = FieldReader::member(group, member);
  if (value == nullptr) return filter;
  only(fields_, *value, "a condition",
       std::initializer_list<std::string_view>{"arches", "caps", "minKernel"});
  append_texts(*value, "arches", filter.arches);
  append_texts(*value, "caps", filter.caps);
  if (const Value* kernel = FieldReader::member(*value, "minKernel")) {
    const auto numbers = split(fields_.text(*kernel, "\"minKernel\""), '.');
    std::array<unsigned, 2> version{};
    for (std::size_t i = 0; i < 2; ++i) {
      if (numbers.size() != 2 ||
          std::from_chars(numbers[i].data(), numbers[i].data() + numbers[i].size(), version[i]).ptr !=
              numbers[i].data() + numbers[i].size() ||
          numbers[i].empty())
        fields_.fail(*kernel, "a kernel version is written as in \"4.8\"");
    }
    filter.min_kernel = version;
  }
  return filter;
}

void EngineData::read_outcome(const Value& value, Action& action,
                              std::optional<std::uint16_t>& errno_ret) const {
  if (const Value* name = FieldReader::member(value, "action"))
    action =
        fields_.named(*name, "\"action\"", "an action", document::action_named, document::action_names());
  if (const Value* name = FieldReader::member(value, "errno"))
    errno_ret =
        fields_.named(*name, "\"errno\"", "an errno(3)", document::errno_named, document::errno_names());
}

std::string EngineData::reason_of(const Value& value) const {
  const Value& reason = fields_.required(value, "reason", "a group");
  if (reason.string() != nullptr) return *reason.string();
  std::vector<std::string> lines;
  append_texts(value, "reason", lines);
  return join(lines, " ");
}

void EngineData::append_texts(const Value& object, std::string_view member,
                              std::vector<std::string>& into) const {
  for (const Value& each : fields_.array_member(object, member))
    into.push_back(fields_.text(each, concat("each of \"", member, "\"")));
}

}  // namespace scrim::defaults
