// SPDX-License-Identifier: Apache-2.0
#include "libprofile/document/spo.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <utility>

#include "libprofile/document/json.h"
#include "libprofile/document/read_profile.h"
#include "libprofile/document/yaml.h"
#include "libprofile/text.h"

namespace scrim::document {

using json::Value;

namespace {

constexpr std::string_view kind = "SeccompProfile";

std::string text_at(const Value& object, std::string_view name) {
  const Value* const found = object.find(name);
  return found != nullptr && found->string() != nullptr ? *found->string() : "";
}

bool is_seccomp_profile(const Value& document) {
  return text_at(document, "kind") == kind;
}

std::string name_of(const Value& document) {
  const Value* const metadata = document.find("metadata");
  return metadata == nullptr ? "" : text_at(*metadata, "name");
}

// The operator has errnos as text, and an architecture that means whichever the node has.
void adapt(Value& spec, std::string_view file) {
  if (Value* const architectures = spec.find("architectures");
      architectures != nullptr && architectures->array() != nullptr)
    std::erase_if(*architectures->array(), [](const Value& each) {
      return each.string() != nullptr && *each.string() == "SCMP_ARCH_NATIVE";
    });
  Value* const rules = spec.find("syscalls");
  if (rules == nullptr || rules->array() == nullptr) return;
  for (Value& rule : *rules->array()) {
    Value* const errno_ret = rule.find("errnoRet");
    if (errno_ret == nullptr || errno_ret->string() == nullptr) continue;
    const std::string& text = *errno_ret->string();
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size()) {
      const auto named = errno_named(text);
      if (!named)
        throw DocumentError(file, errno_ret->position(),
                            concat("\"errnoRet\": ", quoted(text), " is no number and no errno(3)"));
      number = *named;
    }
    *errno_ret = Value(number, errno_ret->position());
  }
}

Profile read_spec(const Value& document, std::string_view file, Warnings& warnings) {
  const Value* const found = document.find("spec");
  if (found == nullptr || found->object() == nullptr)
    throw DocumentError(file, document.position(), "a SeccompProfile needs a \"spec\"");
  Value spec = *found;
  // The operator's own fields; the others are linux.seccomp's.
  for (const std::string_view own : {"baseProfileName", "state", "disabled"}) spec.erase(own);
  adapt(spec, file);
  return read_profile(spec, file, warnings);
}

// With the rules of its base profiles, if they are there.
Profile read_seccomp_profile(const Value& document, const std::vector<const Value*>& all,
                             std::string_view file, Warnings& warnings) {
  Profile profile = read_spec(document, file, warnings);
  const Value* current = &document;
  for (std::size_t depth = 0; depth < all.size(); ++depth) {
    const Value* const spec = current->find("spec");
    const std::string base = text_at(*spec, "baseProfileName");
    if (base.empty()) return profile;
    const auto found = std::ranges::find_if(all, [&](const Value* each) { return name_of(*each) == base; });
    if (found == all.end()) {
      const Position at = spec->find("baseProfileName")->position();
      warnings.push_back({located(file, at,
                                  concat("the base profile ", quoted(base),
                                         " is not in this file: what it allows is left out")),
                          at});
      return profile;
    }
    current = *found;
    Profile added = read_spec(*current, file, warnings);
    for (TemplateRule& each : added.rules) profile.rules.push_back(std::move(each));
  }
  throw DocumentError(file, document.position(), "\"baseProfileName\" leads round in a circle");
}

Profile of_documents(const std::vector<Value>& documents, std::string_view file, Warnings& warnings) {
  std::vector<const Value*> profiles;
  for (const Value& each : documents)
    if (is_seccomp_profile(each)) profiles.push_back(&each);
  if (profiles.empty()) {
    if (documents.size() == 1) return read_profile(documents.front(), file, warnings);
    throw DocumentError(file, {},
                        concat("none of the ", documents.size(), " documents in it is a SeccompProfile"));
  }
  // Those that others start from are there for their sake.
  std::vector<const Value*> own;
  for (const Value* const each : profiles) {
    const std::string name = name_of(*each);
    const bool is_base = std::ranges::any_of(profiles, [&](const Value* other) {
      const Value* const spec = other->find("spec");
      return spec != nullptr && !name.empty() && text_at(*spec, "baseProfileName") == name;
    });
    if (!is_base) own.push_back(each);
  }
  if (own.size() > 1)
    throw DocumentError(file, own[1]->position(),
                        concat("there are ", own.size(), " SeccompProfiles in this file: leave one"));
  return read_seccomp_profile(own.empty() ? *profiles.front() : *own.front(), profiles, file, warnings);
}

}  // namespace

bool is_yaml(std::string_view text, std::string_view file) {
  if (file.ends_with(".yaml") || file.ends_with(".yml")) return true;
  if (file.ends_with(".json")) return false;
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  // "[" and such are for JSON's reader to speak about.
  return first != std::string_view::npos && (std::isalpha(static_cast<unsigned char>(text[first])) != 0 ||
                                             text[first] == '#' || text.substr(first).starts_with("---"));
}

Profile read_profile_text(std::string_view text, std::string_view file, Warnings& warnings) {
  if (is_yaml(text, file)) return of_documents(yaml::parse(text, file), file, warnings);
  const Value value = json::parse(text, file);
  if (is_seccomp_profile(value)) return read_seccomp_profile(value, {&value}, file, warnings);
  return read_profile(value, file, warnings);
}

std::string kubernetes_name(std::string_view text) {
  constexpr std::size_t longest = 253;
  std::string name;
  for (const char c : text.substr(text.find_last_of('/') + 1)) {
    const auto lower = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    const bool plain = (lower >= 'a' && lower <= 'z') || (lower >= '0' && lower <= '9');
    if (plain)
      name += lower;
    else if (!name.empty() && name.back() != '-' && name.back() != '.')
      name += c == '.' ? '.' : '-';
  }
  if (name.ends_with(".json") || name.ends_with(".yaml")) name.resize(name.size() - 5);
  if (name.size() > longest) name.resize(longest);
  while (!name.empty() && (name.back() == '-' || name.back() == '.')) name.pop_back();
  return name.empty() ? "profile" : name;
}

}  // namespace scrim::document
