// SPDX-License-Identifier: Apache-2.0
#include "libprofile/document/write_profile.h"

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

}  // namespace

json::Value to_json(const OciSeccomp& seccomp) {
  const Header& header = seccomp.header;
  json::Value result;
  result.set("defaultAction", text(name_of(header.default_action)));
  if (header.default_errno_ret) result.set("defaultErrnoRet", number(*header.default_errno_ret));
  if (!header.architectures.empty()) result.set("architectures", names_of(header.architectures));
  if (header.flags) result.set("flags", names_of(*header.flags));
  if (!header.listener_path.empty()) result.set("listenerPath", text(header.listener_path));
  if (!header.listener_metadata.empty()) result.set("listenerMetadata", text(header.listener_metadata));
  if (!seccomp.rules.empty()) {
    json::Value::Array rules;
    for (const Rule& each : seccomp.rules) rules.push_back(rule(each));
    result.set("syscalls", json::Value(std::move(rules)));
  }
  return result;
}

}  // namespace scrim::document
