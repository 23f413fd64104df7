// SPDX-License-Identifier: Apache-2.0
#include "hooks/guard/policy.h"

#include <fnmatch.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "libprofile/document/field_reader.h"
#include "libprofile/resolve/trusted_file.h"
#include "libprofile/text.h"

namespace scrim::guard {

using document::FieldReader;
using document::json::Value;

namespace {

constexpr std::array<std::string_view, 7> keys{
    "allowUnconfined", "allowPrivileged", "refuse", "ignore", "exempt", "runtime", "killOnDisagreement"};
constexpr std::array<std::string_view, 2> exemption_keys{"annotation", "value"};

// A misspelt key of a policy would be a rule that nobody enforces.
void refuse_unknown(const FieldReader& reader, const Value& object, std::span<const std::string_view> known) {
  for (const document::json::Member& member : *object.object()) {
    const auto same_name = [&](const document::json::Member& other) { return other.name == member.name; };
    if (std::ranges::find(known, member.name) == known.end())
      throw document::DocumentError(
          reader.file(), member.at,
          concat("unknown key ", quoted(member.name), FieldReader::did_you_mean(member.name, known)));
    if (std::ranges::count_if(*object.object(), same_name) > 1)
      throw document::DocumentError(reader.file(), member.at,
                                    concat(quoted(member.name), " is given more than once"));
  }
}

bool boolean(const FieldReader& reader, const Value& value, std::string_view name) {
  if (value.boolean() == nullptr)
    reader.fail(value, concat(name, " must be true or false, not ", value.kind()));
  return *value.boolean();
}

std::optional<lint::Severity> severity(const FieldReader& reader, const Value& value) {
  const std::string& text = reader.text(value, "refuse");
  if (text == "nothing") return std::nullopt;
  for (const lint::Severity each : {lint::Severity::error, lint::Severity::warning})
    if (text == name_of(each)) return each;
  reader.fail(value, concat("refuse must be \"error\", \"warning\" or \"nothing\", not ", quoted(text)));
}

lint::Runtime runtime(const FieldReader& reader, const Value& value) {
  const std::string& text = reader.text(value, "runtime");
  if (text == "runc") return lint::Runtime::runc;
  if (text == "crun") return lint::Runtime::crun;
  if (text == "scrim") return lint::Runtime::scrim;
  reader.fail(value, concat("runtime must be \"runc\", \"crun\" or \"scrim\", not ", quoted(text)));
}

Exemption exemption(const FieldReader& reader, const Value& value) {
  (void)reader.object(value, "exempt: each");
  refuse_unknown(reader, value, exemption_keys);
  return {reader.text(reader.required(value, "annotation", "an exemption"), "annotation"),
          reader.text(reader.required(value, "value", "an exemption"), "value")};
}

}  // namespace

Policy parse_policy(std::string_view text, std::string_view file) {
  document::Warnings none;
  const FieldReader reader(file, none);
  const Value root = document::json::parse(text, file);
  (void)reader.object(root, "the policy");
  refuse_unknown(reader, root, keys);
  Policy policy;
  for (const document::json::Member& member : *root.object()) {
    const Value& value = member.value;
    if (member.name == "allowUnconfined") policy.allow_unconfined = boolean(reader, value, member.name);
    if (member.name == "allowPrivileged") policy.allow_privileged = boolean(reader, value, member.name);
    if (member.name == "killOnDisagreement")
      policy.kill_on_disagreement = boolean(reader, value, member.name);
    if (member.name == "refuse") policy.refuse = severity(reader, value);
    if (member.name == "runtime") policy.runtime = runtime(reader, value);
    if (member.name == "ignore")
      for (const Value& each : reader.array(value, "ignore"))
        policy.ignore.push_back(reader.text(each, "ignore: each"));
    if (member.name == "exempt")
      for (const Value& each : reader.array(value, "exempt"))
        policy.exempt.push_back(exemption(reader, each));
  }
  return policy;
}

Policy load_policy(const std::string& path, bool required) {
  try {
    return parse_policy(resolve::read_trusted(path), path);
  } catch (const SystemError& error) {
    // A symbolic link to nothing is a policy that somebody meant to have.
    struct stat link {};
    if (error.code() == ENOENT && !required && lstat(path.c_str(), &link) != 0 && errno == ENOENT) return {};
    throw;
  }
}

const Exemption* exemption_of(const Policy& policy, const Value& config) {
  const Value* const annotations = config.find("annotations");
  if (annotations == nullptr) return nullptr;
  const auto fits = [&](const Exemption& each) {
    const Value* const value = annotations->find(each.annotation);
    return value != nullptr && value->string() != nullptr &&
           fnmatch(each.value.c_str(), value->string()->c_str(), 0) == 0;
  };
  const auto found = std::ranges::find_if(policy.exempt, fits);
  return found == policy.exempt.end() ? nullptr : &*found;
}

}  // namespace scrim::guard
