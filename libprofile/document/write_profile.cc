// SPDX-License-Identifier: Apache-2.0
#include "libprofile/document/write_profile.h"

#include "libprofile/text.h"

namespace scrim::document {

namespace {

json::Value text(std::string_view value) {
  return json::Value(std::string(value));
}
json::Value number(std::uint64_t value) {
  return json::Value(value);
}

template <typename Names>
json::Value names_of(const Names& values) {
  json::Value::Array names;
  for (const auto& each : values) names.push_back(text(name_of(each)));
  return json::Value(std::move(names));
}

json::Value condition(const Condition& condition) {
  json::Value result;
  result.set("index", number(condition.index));
  result.set("value", number(condition.value));
  if (condition.op == Operator::masked_equal) result.set("valueTwo", number(condition.value_two));
  result.set("op", text(name_of(condition.op)));
  return result;
}

json::Value rule(const Rule& rule) {
  json::Value result;
  json::Value::Array names;
  for (const Name& name : rule.names) names.push_back(text(name.text));
  result.set("names", json::Value(std::move(names)));
  result.set("action", text(name_of(rule.action)));
  if (rule.errno_ret) result.set("errnoRet", number(*rule.errno_ret));
  if (!rule.conditions.empty()) {
    json::Value::Array args;
    for (const Condition& each : rule.conditions) args.push_back(condition(each));
    result.set("args", json::Value(std::move(args)));
  }
  return result;
}

void set_texts(json::Value& object, std::string_view member, const std::vector<std::string>& texts) {
  if (texts.empty()) return;
  json::Value::Array all;
  for (const std::string& each : texts) all.push_back(text(each));
  object.set(member, json::Value(std::move(all)));
}

json::Value filter(const Filter& filter) {
  json::Value result;
  set_texts(result, "arches", filter.arches);
  set_texts(result, "caps", filter.caps);
  if (filter.min_kernel)
    result.set("minKernel", text(concat((*filter.min_kernel)[0], ".", (*filter.min_kernel)[1])));
  return result;
}

json::Value arch_map(const std::vector<ArchitectureFamily>& families) {
  json::Value::Array all;
  for (const ArchitectureFamily& each : families) {
    json::Value family;
    family.set("architecture", text(name_of(each.architecture)));
    family.set("subArchitectures", names_of(each.sub_architectures));
    all.push_back(std::move(family));
  }
  return json::Value(std::move(all));
}

json::Value header_of(const Header& header) {
  json::Value result;
  result.set("defaultAction", text(name_of(header.default_action)));
  if (header.default_errno_ret) result.set("defaultErrnoRet", number(*header.default_errno_ret));
  if (!header.architectures.empty()) result.set("architectures", names_of(header.architectures));
  if (header.flags) result.set("flags", names_of(*header.flags));
  if (!header.listener_path.empty()) result.set("listenerPath", text(header.listener_path));
  if (!header.listener_metadata.empty()) result.set("listenerMetadata", text(header.listener_metadata));
  return result;
}

}  // namespace

json::Value to_json(const OciSeccomp& seccomp) {
  json::Value result = header_of(seccomp.header);
  if (!seccomp.rules.empty()) {
    json::Value::Array rules;
    for (const Rule& each : seccomp.rules) rules.push_back(rule(each));
    result.set("syscalls", json::Value(std::move(rules)));
  }
  return result;
}

json::Value to_template_json(const Profile& profile) {
  json::Value result = header_of(profile.header);
  if (!profile.arch_map.empty()) result.set("archMap", arch_map(profile.arch_map));
  if (profile.rules.empty()) return result;
  json::Value::Array rules;
  for (const TemplateRule& each : profile.rules) {
    json::Value value = rule(each.rule);
    if (!each.includes.empty()) value.set("includes", filter(each.includes));
    if (!each.excludes.empty()) value.set("excludes", filter(each.excludes));
    if (!each.comment.empty()) value.set("comment", text(each.comment));
    rules.push_back(std::move(value));
  }
  result.set("syscalls", json::Value(std::move(rules)));
  return result;
}

}  // namespace scrim::document
