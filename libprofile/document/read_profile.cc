// SPDX-License-Identifier: Apache-2.0
#include "libprofile/document/read_profile.h"

#include <algorithm>
#include <charconv>

#include "libprofile/document/field_reader.h"
#include "libprofile/document/names.h"
#include "libprofile/text.h"

namespace scrim::document {

namespace {

// Both dialects know these (runtime-spec 1.2.1, config-linux.md, "Seccomp"); the template adds the others.
constexpr std::string_view profile_fields[] = {"defaultAction", "defaultErrnoRet", "architectures",
                                               "flags",         "listenerPath",    "listenerMetadata",
                                               "syscalls",      "archMap",         "defaultErrno"};
constexpr std::string_view rule_fields[] = {"names", "action", "errnoRet", "args",    "comment",
                                            "name",  "errno",  "includes", "excludes"};
constexpr std::string_view template_fields[] = {"archMap", "defaultErrno", "name",
                                                "errno",   "includes",     "excludes"};
constexpr std::string_view condition_fields[] = {"index", "value", "valueTwo", "op"};
constexpr std::string_view filter_fields[] = {"arches", "caps", "minKernel"};
constexpr std::string_view family_fields[] = {"architecture", "subArchitectures"};

enum class Dialect : bool { oci, with_template };

// Something that says nothing: null, "", [], {}. Engines write these for fields that nobody set.
bool says_nothing(const json::Value& value) {
  if (value.string() != nullptr) return value.string()->empty();
  if (value.array() != nullptr) return value.array()->empty();
  if (value.object() != nullptr) return value.object()->empty();
  return value.is_null();
}

// The member, unless it says nothing.
const json::Value* said(const json::Value& object, std::string_view name) {
  const json::Value* found = object.find(name);
  return found == nullptr || says_nothing(*found) ? nullptr : found;
}

class ProfileReader {
 public:
  ProfileReader(Dialect dialect, std::string_view file, Warnings& warnings)
      : dialect_(dialect), fields_(file, warnings) {}

  Profile profile(const json::Value& value) {
    fields_.object(value, "a profile");
    Profile profile;
    note_template_fields(value, profile.template_fields);
    fields_.check_members(value, "a profile", profile_fields);
    // moby (setupSeccomp) takes a file without both for "no profile". Nobody writes such a file on purpose.
    if (said(value, "defaultAction") == nullptr && said(value, "syscalls") == nullptr)
      fields_.fail(value,
                   "neither \"defaultAction\" nor \"syscalls\": this is no profile; to run without one, ask "
                   "for Unconfined");
    profile.file = fields_.file();
    profile.header = header(value);
    if (dialect_ == Dialect::with_template) profile.arch_map = arch_map(value);
    for (const json::Value& each : fields_.array_member(value, "syscalls"))
      profile.rules.push_back(rule(each));
    profile.uses_template_fields = uses_template_fields_;
    return profile;
  }

 private:
  Header header(const json::Value& value) {
    Header header;
    header.at = value.position();
    const json::Value& action = required_text(value, "defaultAction", "a profile");
    header.default_action = action_of(action, "\"defaultAction\"");
    header.default_action_at = action.position();
    if (header.default_action == Action::notify)
      // runc and youki refuse it too: the runtime's own calls would wait for an agent that is not there yet.
      fields_.fail(action, "SCMP_ACT_NOTIFY cannot be the default action, only that of a rule");
    header.default_errno_ret = errno_of(value, "defaultErrno", "defaultErrnoRet", header.default_action);
    const json::Value* const architectures = FieldReader::member(value, "architectures");
    const json::Value* const families = FieldReader::member(value, "archMap");
    header.architectures_at = (architectures != nullptr ? *architectures
                               : families != nullptr    ? *families
                                                        : value)
                                  .position();
    for (const json::Value& each : fields_.array_member(value, "architectures"))
      header.architectures.push_back(architecture_of(each, "each of \"architectures\""));
    if (const json::Value* flags = FieldReader::member(value, "flags")) {
      header.flags.emplace();
      header.flags_at = flags->position();
      for (const json::Value& each : fields_.array(*flags, "\"flags\""))
        header.flags->push_back(
            fields_.named(each, "each of \"flags\"", "a flag of seccomp(2)", flag_named, flag_names()));
    }
    header.listener_path = fields_.text_member(value, "listenerPath");
    header.listener_metadata = fields_.text_member(value, "listenerMetadata");
    if (!header.listener_metadata.empty() && header.listener_path.empty())
      // runtime-spec: "MUST NOT be set if listenerPath is not set".
      fields_.fail(*value.find("listenerMetadata"),
                   "\"listenerMetadata\" is for \"listenerPath\", which is not set");
    return header;
  }

  std::vector<ArchitectureFamily> arch_map(const json::Value& value) {
    std::vector<ArchitectureFamily> families;
    const json::Value* map = said(value, "archMap");
    if (map == nullptr) return families;
    if (said(value, "architectures") != nullptr)
      fields_.fail(*map, "\"archMap\" and \"architectures\" cannot both be given: use one of them");
    for (const json::Value& each : fields_.array(*map, "\"archMap\"")) {
      fields_.object(each, "each of \"archMap\"");
      fields_.check_members(each, "an entry of \"archMap\"", family_fields);
      ArchitectureFamily& family = families.emplace_back();
      family.architecture =
          architecture_of(required_text(each, "architecture", "an entry of \"archMap\""), "\"architecture\"");
      for (const json::Value& companion : fields_.array_member(each, "subArchitectures"))
        family.sub_architectures.push_back(architecture_of(companion, "each of \"subArchitectures\""));
    }
    return families;
  }

  TemplateRule rule(const json::Value& value) {
    fields_.object(value, "each of \"syscalls\"");
    TemplateRule result;
    note_template_fields(value, result.template_fields);
    fields_.check_members(value, "a rule", rule_fields);
    result.rule.at = value.position();
    result.rule.names = names(value);
    result.rule.action = action_of(required_text(value, "action", "a rule"), "\"action\"");
    result.rule.errno_ret = errno_of(value, "errno", "errnoRet", result.rule.action);
    for (const json::Value& each : fields_.array_member(value, "args"))
      result.rule.conditions.push_back(condition(each));
    if (dialect_ == Dialect::with_template) {
      result.includes = filter(value, "includes");
      result.excludes = filter(value, "excludes");
    }
    result.comment = fields_.text_member(value, "comment");
    return result;
  }

  std::vector<Name> names(const json::Value& value) {
    std::vector<Name> names;
    const json::Value* single = dialect_ == Dialect::with_template ? said(value, "name") : nullptr;
    if (single != nullptr) {
      if (said(value, "names") != nullptr)
        fields_.fail(*single, "\"name\" and \"names\" cannot both be given: use one of them");
      names.push_back({fields_.text(*single, "\"name\""), single->position()});
      return names;
    }
    const json::Value& list = fields_.required(value, "names", "a rule");
    for (const json::Value& each : fields_.array(list, "\"names\"")) {
      const std::string& name = fields_.text(each, "each of \"names\"");
      if (name.empty()) fields_.fail(each, "the name of a system call cannot be empty");
      names.push_back({name, each.position()});
    }
    if (names.empty()) fields_.fail(list, "\"names\" must name at least one system call");
    return names;
  }

  Condition condition(const json::Value& value) {
    fields_.object(value, "each of \"args\"");
    fields_.check_members(value, "a condition of \"args\"", condition_fields);
    Condition condition;
    condition.at = value.position();
    const json::Value& index = fields_.required(value, "index", "a condition of \"args\"");
    const std::uint64_t number = fields_.number(index, "\"index\"");
    if (number > 5)
      fields_.fail(index, concat("there is no argument ", number, ": system calls have arguments 0 to 5"));
    condition.index = static_cast<unsigned>(number);
    condition.op = fields_.named(required_text(value, "op", "a condition of \"args\""), "\"op\"",
                                 "an operator", operator_named, operator_names());
    condition.value =
        fields_.number(fields_.required(value, "value", "a condition of \"args\""), "\"value\"");
    if (const json::Value* two = FieldReader::member(value, "valueTwo")) {
      const std::uint64_t value_two = fields_.number(*two, "\"valueTwo\"");
      if (condition.op == Operator::masked_equal)
        condition.value_two = value_two;
      else if (value_two != 0)
        fields_.warn(two->position(), concat("\"valueTwo\" is for SCMP_CMP_MASKED_EQ; ",
                                             name_of(condition.op), " ignores it"));
    }
    return condition;
  }

  Filter filter(const json::Value& rule, std::string_view name) {
    Filter filter;
    const json::Value* value = FieldReader::member(rule, name);
    if (value == nullptr) return filter;
    fields_.object(*value, concat("\"", name, "\""));
    fields_.check_members(*value, concat("\"", name, "\""), filter_fields);
    const auto names = [&](std::string_view member, std::string_view kind,
                           std::span<const std::string_view> known, std::vector<std::string>& into) {
      for (const json::Value& each : fields_.array_member(*value, member)) {
        const std::string& text = fields_.text(each, concat("each of \"", member, "\""));
        if (std::find(known.begin(), known.end(), text) == known.end())
          fields_.warn(each.position(), concat(quoted(text), " is not ", kind, " and never matches",
                                               FieldReader::did_you_mean(text, known)));
        into.push_back(text);
      }
    };
    names("arches", "an architecture's name in templates", template_names(), filter.arches);
    names("caps", "a capability", capability_names(), filter.caps);
    if (const json::Value* kernel = said(*value, "minKernel")) filter.min_kernel = kernel_version(*kernel);
    return filter;
  }

  std::array<unsigned, 2> kernel_version(const json::Value& value) {
    const std::string& text = fields_.text(value, "\"minKernel\"");
    std::array<unsigned, 2> version{};
    const char* const end = text.data() + text.size();
    const auto major = std::from_chars(text.data(), end, version[0]);
    if (major.ec == std::errc() && major.ptr != end && *major.ptr == '.') {
      const auto minor = std::from_chars(major.ptr + 1, end, version[1]);
      if (minor.ec == std::errc() && minor.ptr == end) return version;
    }
    fields_.fail(value, concat("\"minKernel\" must be two numbers, as in \"4.8\", not ", quoted(text)));
  }

  // A string member that has to say something.
  const json::Value& required_text(const json::Value& object, std::string_view name, std::string_view in) {
    const json::Value& value = fields_.required(object, name, in);
    if (fields_.text(value, concat("\"", name, "\"")).empty())
      fields_.fail(value, concat("\"", name, "\" is empty"));
    return value;
  }

  Action action_of(const json::Value& value, std::string_view field) {
    return fields_.named(value, field, "an action", action_named, action_names());
  }

  Architecture architecture_of(const json::Value& value, std::string_view field) {
    return fields_.named(value, field, "an architecture", architecture_named, architecture_names());
  }

  // The errno of an action, from its number and (containers-common) its name, which overrides the number.
  std::optional<std::uint16_t> errno_of(const json::Value& object, std::string_view name_field,
                                        std::string_view number_field, Action action) {
    const json::Value* number = FieldReader::member(object, number_field);
    const json::Value* name = dialect_ == Dialect::with_template ? said(object, name_field) : nullptr;
    const json::Value* given = name != nullptr ? name : number;
    if (given == nullptr) return std::nullopt;
    // runtime-spec: with an action that takes none, the runtime must fail.
    if (action != Action::error && action != Action::trace)
      fields_.fail(*given, concat(name_of(action),
                                  " takes no errno, only SCMP_ACT_ERRNO and SCMP_ACT_TRACE do: "
                                  "leave \"",
                                  given == name ? name_field : number_field, "\" out"));
    std::optional<std::uint16_t> result;
    if (number != nullptr)
      result = checked_errno(*number, fields_.number(*number, concat("\"", number_field, "\"")), action);
    if (name == nullptr) return result;
    const std::uint16_t named = named_errno(*name, concat("\"", name_field, "\""), action);
    if (result && *result != named)
      fields_.warn(number->position(), concat("\"", number_field, "\" is ", *result, " but \"", name_field,
                                              "\" is ", quoted(*name->string()), ", which counts"));
    return named;
  }

  std::uint16_t named_errno(const json::Value& value, std::string_view field, Action action) {
    const std::string& text = fields_.text(value, field);
    // containers-common takes a number in digits as well.
    std::uint64_t number = 0;
    const char* const end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data(), end, number);
    if (parsed.ec == std::errc() && parsed.ptr == end) return checked_errno(value, number, action);
    const auto named = errno_named(text);
    if (!named)
      fields_.fail(value, concat(quoted(text), " is not the name of an errno(3), as EPERM is",
                                 FieldReader::did_you_mean(text, errno_names())));
    return *named;
  }

  std::uint16_t checked_errno(const json::Value& value, std::uint64_t number, Action action) {
    // The kernel cuts an errno down to MAX_ERRNO (__seccomp_filter() in kernel/seccomp.c); a tracer gets all
    // of SECCOMP_RET_DATA's 16 bits.
    const std::uint64_t largest = action == Action::error ? 4095 : 65535;
    if (number > largest)
      fields_.fail(
          value, concat("the errno of ", name_of(action), " must be from 0 to ", largest, ", not ", number));
    return static_cast<std::uint16_t>(number);
  }

  // In a config.json nobody reads these; each kind is said once.
  void note_template_fields(const json::Value& object, std::vector<Name>& into) {
    for (std::size_t i = 0; i < std::size(template_fields); ++i) {
      const std::string_view field = template_fields[i];
      const json::Value* found = said(object, field);
      if (found == nullptr) continue;
      into.push_back({std::string(field), found->position()});
      uses_template_fields_ = true;
      if (dialect_ == Dialect::with_template || noted_[i]) continue;
      noted_[i] = true;
      fields_.warn(
          found->position(),
          concat("\"", field, "\" belongs to Docker's template format; in linux.seccomp it is ignored"));
    }
  }

  Dialect dialect_;
  FieldReader fields_;
  bool uses_template_fields_ = false;
  std::array<bool, std::size(template_fields)> noted_{};
};

}  // namespace

Profile read_profile(const json::Value& value, std::string_view file, Warnings& warnings) {
  return ProfileReader(Dialect::with_template, file, warnings).profile(value);
}

OciSeccomp read_oci_seccomp(const json::Value& value, std::string_view file, Warnings& warnings) {
  Profile profile = ProfileReader(Dialect::oci, file, warnings).profile(value);
  OciSeccomp result{std::move(profile.file), std::move(profile.header), {}};
  result.rules.reserve(profile.rules.size());
  for (TemplateRule& each : profile.rules) result.rules.push_back(std::move(each.rule));
  return result;
}

}  // namespace scrim::document
