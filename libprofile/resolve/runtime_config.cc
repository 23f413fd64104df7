// SPDX-License-Identifier: Apache-2.0
#include "libprofile/resolve/runtime_config.h"

#include <algorithm>
#include <array>

#include "libprofile/defaults/known_version.h"
#include "libprofile/error.h"
#include "libprofile/resolve/localhost.h"
#include "libprofile/resolve/wanted.h"
#include "libprofile/text.h"

namespace scrim::resolve {

namespace {

using document::DocumentError;
using document::json::Member;

// One member of the file, with what its errors have in common.
class Entry {
 public:
  Entry(const Member& member, std::string_view file) : member_(member), file_(file) {}

  [[noreturn]] void refuse(std::string_view why) const {
    throw DocumentError(file_, member_.value.position(), concat(member_.name, " ", why));
  }

  [[nodiscard]] const std::string& text() const {
    const std::string* text = member_.value.string();
    if (text == nullptr) refuse(concat("must be a string, not ", member_.value.kind()));
    if (text->find('\0') != std::string::npos) refuse("must not contain a NUL byte");
    return *text;
  }

  [[nodiscard]] bool boolean() const {
    const bool* value = member_.value.boolean();
    if (value == nullptr) refuse(concat("must be true or false, not ", member_.value.kind()));
    return *value;
  }

 private:
  const Member& member_;
  std::string_view file_;
};

void runtime_default(const Entry& entry, RuntimeConfig& config) {
  try {
    const EngineVersion which = parse_engine_version(entry.text());
    static_cast<void>(defaults::known_version(which.engine, which.version));
    config.settings.runtime_default = which.engine;
    config.settings.runtime_default_version = which.version;
  } catch (const DocumentError&) {
    throw;
  } catch (const Error& error) {
    entry.refuse(error.what());
  }
}

void profile_root(const Entry& entry, RuntimeConfig& config) {
  const std::string& path = entry.text();
  if (!path.starts_with('/')) entry.refuse(concat("must be an absolute path, not ", quoted(path)));
  config.settings.profile_root = path;
}

void seccomp_default(const Entry& entry, RuntimeConfig& config) {
  config.settings.seccomp_default = entry.boolean();
}

// What parse_wanted() makes of it; nothing if that does not know it.
std::optional<Wanted> wanted_profile(const Entry& entry) {
  const std::string& text = entry.text();
  std::optional<Wanted> wanted;
  try {
    wanted = parse_wanted(text);
  } catch (const Error& error) {
    entry.refuse(error.what());
  }
  if (const auto* from = wanted ? std::get_if<Localhost>(&*wanted) : nullptr)
    if (const std::string_view fault = localhost_path_fault(from->path); !fault.empty())
      entry.refuse(concat(quoted(text), ": the path ", fault));
  return wanted;
}

void privileged_profile(const Entry& entry, RuntimeConfig& config) {
  config.settings.privileged_profile = wanted_profile(entry);
  if (!config.settings.privileged_profile)
    entry.refuse(concat("must be ", wanted_forms, ", not ", quoted(entry.text())));
}

void floor_profile(const Entry& entry, RuntimeConfig& config) {
  const std::string& text = entry.text();
  std::optional<Wanted> wanted = wanted_profile(entry);
  if (!wanted && text.starts_with('/')) wanted = ProfileFile{text};
  if (!wanted)
    entry.refuse(
        concat("must be RuntimeDefault, RuntimeDefault@ENGINE[-VERSION], Localhost:PATH or the absolute ",
               "path of a profile, not ", quoted(text)));
  if (std::holds_alternative<Unconfined>(*wanted))
    entry.refuse("must be a profile: Unconfined is no floor (leave the key out)");
  config.settings.floor_profile = std::move(wanted);
}

void delegate(const Entry& entry, RuntimeConfig& config) {
  const std::string& program = entry.text();
  // A path that depends on the engine's working directory would mean something else for each caller.
  if (program.empty() || (program.find('/') != std::string::npos && program.front() != '/'))
    entry.refuse(
        concat("must be an absolute path, or a name that is looked up in PATH, not ", quoted(program)));
  config.delegate = program;
}

void annotations(const Entry& entry, RuntimeConfig& config) {
  const std::string& trust = entry.text();
  if (trust != "trusted" && trust != "untrusted")
    entry.refuse(concat("must be \"trusted\" or \"untrusted\", not ", quoted(trust)));
  config.annotations_trusted = trust == "trusted";
}

struct Key {
  std::string_view name;
  void (*read)(const Entry&, RuntimeConfig&);
};
constexpr std::array keys{
    Key{"runtimeDefault", runtime_default}, Key{"profileRoot", profile_root},
    Key{"seccompDefault", seccomp_default}, Key{"privilegedProfile", privileged_profile},
    Key{"floorProfile", floor_profile},     Key{"delegate", delegate},
    Key{"annotations", annotations},
};

[[noreturn]] void refuse_key(const Member& member, std::string_view file) {
  std::array<std::string_view, keys.size()> names;
  std::transform(keys.begin(), keys.end(), names.begin(), [](const Key& key) { return key.name; });
  const std::string_view nearest = nearest_name(member.name, names);
  const std::vector<std::string> all(names.begin(), names.end());
  throw DocumentError(file, member.at,
                      concat("unknown key ", quoted(member.name),
                             nearest.empty() ? std::string() : concat(", did you mean ", nearest, "?"),
                             " (known: ", join(all), ")"));
}

}  // namespace

RuntimeConfig parse_runtime_config(std::string_view text, std::string_view file) {
  const document::json::Value root = document::json::parse(text, file);
  if (root.object() == nullptr)
    throw DocumentError(file, root.position(), concat("must be an object, not ", root.kind()));

  RuntimeConfig config;
  for (const Member& member : *root.object()) {
    const auto* const key =
        std::find_if(keys.begin(), keys.end(), [&](const Key& known) { return known.name == member.name; });
    if (key == keys.end()) refuse_key(member, file);
    const auto same_name = [&](const Member& other) {
      return other.name == member.name && &other != &member;
    };
    if (std::any_of(root.object()->begin(), root.object()->end(), same_name))
      throw DocumentError(file, member.at, concat("\"", member.name, "\" is given more than once"));
    key->read(Entry(member, file), config);
  }
  return config;
}

}  // namespace scrim::resolve
