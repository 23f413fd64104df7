// SPDX-License-Identifier: Apache-2.0
#include "libprofile/defaults/defaults.h"

#include <algorithm>
#include <iterator>

#include "libprofile/defaults/embedded.h"
#include "libprofile/defaults/engine_data.h"
#include "libprofile/text.h"

namespace scrim::defaults {

namespace {

// In the order of Engine.
constexpr std::string_view engine_names[] = {"containerd", "docker", "podman", "cri-o"};

std::string data_file(Engine engine) {
  return concat("libprofile/defaults/data/", name_of(engine), ".json");
}

std::size_t index_of(Engine engine, std::string_view version, const std::vector<std::string>& known) {
  if (version.empty()) return known.size() - 1;
  const auto found = std::find(known.begin(), known.end(), version);
  if (found == known.end())
    throw Error(concat("RuntimeDefault of ", name_of(engine), " ", version,
                       ": not known; known versions: ", join(known)));
  return static_cast<std::size_t>(found - known.begin());
}

// Takes the names out of all rules, and rules without names left out of the profile.
void take_out(const std::vector<std::string>& names, document::Profile& profile) {
  for (document::TemplateRule& each : profile.rules)
    std::erase_if(each.rule.names, [&](const document::Name& name) {
      return std::find(names.begin(), names.end(), name.text) != names.end();
    });
  std::erase_if(profile.rules, [](const document::TemplateRule& each) { return each.rule.names.empty(); });
}

}  // namespace

std::string_view name_of(Engine engine) {
  return engine_names[static_cast<std::size_t>(engine)];
}

std::optional<Engine> engine_named(std::string_view name) {
  const auto found = std::find(std::begin(engine_names), std::end(engine_names), name);
  if (found == std::end(engine_names)) return std::nullopt;
  return static_cast<Engine>(found - std::begin(engine_names));
}

std::vector<std::string> versions(Engine engine) {
  return EngineData(embedded_data(engine), data_file(engine)).versions();
}

document::Profile default_profile(Engine engine, std::string_view version) {
  const EngineData data(embedded_data(engine), data_file(engine));
  const std::size_t index = index_of(engine, version, data.versions());
  document::Profile profile;
  if (const auto base = data.base(index)) {
    const auto base_engine = engine_named(base->engine);
    if (!base_engine || *base_engine == engine)
      throw Error(concat(data_file(engine), ": there is no other engine ", base->engine, " to start from"));
    profile = default_profile(*base_engine, base->version);
    take_out(base->without, profile);
  }
  data.add_to(profile, index);
  profile.file = concat("RuntimeDefault@", name_of(engine), "-", data.versions()[index]);
  profile.uses_template_fields = true;
  return profile;
}

}  // namespace scrim::defaults
