// SPDX-License-Identifier: Apache-2.0
#include "libprofile/inspect/explain.h"

#include <algorithm>

#include "libprofile/error.h"
#include "libprofile/filter/call_names.h"
#include "libprofile/policy/syscall.h"
#include "libprofile/policy/syscall_names.h"
#include "libprofile/resolve/template.h"
#include "libprofile/text.h"

namespace scrim::inspect {

using document::Action;
using document::Operator;

namespace {

std::string action_text(Action action, std::optional<std::uint16_t> errno_ret) {
  std::string text(name_of(action));
  if (action != Action::error) return text;
  constexpr std::uint16_t eperm = 1;
  const std::string_view name = document::errno_name(errno_ret.value_or(eperm));
  return concat(text, " ", name.empty() ? std::to_string(*errno_ret) : std::string(name));
}

std::string_view sign_of(Operator op) {
  switch (op) {
    case Operator::not_equal:
      return " != ";
    case Operator::less:
      return " < ";
    case Operator::less_or_equal:
      return " <= ";
    case Operator::greater_or_equal:
      return " >= ";
    case Operator::greater:
      return " > ";
    case Operator::equal:
    case Operator::masked_equal:
      break;
  }
  return " == ";
}

std::string condition_text(std::string_view call, const document::Condition& condition) {
  const std::string_view known = filter::argument_name(call, condition.index);
  const std::string subject = known.empty() ? concat("arg", condition.index) : std::string(known);
  if (condition.op == Operator::masked_equal)
    return concat("(", subject, " & ", hexadecimal(condition.value),
                  ") == ", hexadecimal(condition.value_two));
  return concat(subject, sign_of(condition.op), hexadecimal(condition.value));
}

// "with CAP_SYS_ADMIN"
void add_filter(std::vector<std::string>& all, const document::Filter& filter, std::string_view with,
                std::string_view on) {
  if (!filter.caps.empty()) all.push_back(concat(with, join(filter.caps)));
  if (!filter.arches.empty()) all.push_back(concat(on, join(filter.arches)));
  if (filter.min_kernel)
    all.push_back(concat("from Linux ", (*filter.min_kernel)[0], ".", (*filter.min_kernel)[1], " on"));
}

NamingRule naming_rule(std::string_view call, const document::Name& name, const document::TemplateRule& rule,
                       const document::Profile& profile, const resolve::Target& target) {
  NamingRule out;
  out.where = profile.file;
  if (name.at.line != 0) out.where += concat(":", name.at.line, ":", name.at.column);
  out.says = says(call, rule.rule);
  out.only = only(rule);
  out.reason = rule.comment;
  // Whether it counts is for the one to say who evaluates templates.
  document::Profile alone = profile;
  alone.rules = {rule};
  out.applies = !evaluate_template(alone, target).rules.empty();
  return out;
}

}  // namespace

std::string says(std::string_view call, const document::Rule& rule) {
  std::vector<std::string> conditions;
  for (const document::Condition& condition : rule.conditions)
    conditions.push_back(condition_text(call, condition));
  const std::string action = action_text(rule.action, rule.errno_ret);
  return conditions.empty() ? action : concat(action, " if ", join(conditions, " and "));
}

std::string only(const document::TemplateRule& rule) {
  std::vector<std::string> all;
  add_filter(all, rule.includes, "with ", "on ");
  add_filter(all, rule.excludes, "without ", "not on ");
  return join(all);
}

Explanation explain(std::string_view call, const Enforced& enforced, const document::Profile* written,
                    const resolve::Target& target) {
  Explanation out;
  out.call = call;
  for (const AbiMeaning& meaning : enforced.abis)
    if (const NamedCall* const found = meaning.abi.named(call))
      out.answers.push_back(
          {short_name(meaning.abi.architecture), found->number,
           filter::text_of(meaning.decoded.at(found->number), meaning.abi.arch, meaning.abi.wide, call)});
  if (!policy::Syscall::named(call) && !policy::newer_than_libseccomp(call)) {
    const std::string_view near = policy::nearest_syscall(call);
    throw Error(
        concat("no system call is called ", call, near.empty() ? "" : concat("; did you mean ", near, "?")));
  }
  if (written == nullptr) return out;
  out.default_says = action_text(written->header.default_action, written->header.default_errno_ret);
  for (const document::TemplateRule& rule : written->rules)
    for (const document::Name& name : rule.rule.names)
      if (name.text == call) out.rules.push_back(naming_rule(call, name, rule, *written, target));
  return out;
}

}  // namespace scrim::inspect
