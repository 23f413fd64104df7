// SPDX-License-Identifier: Apache-2.0
#include "libprofile/defaults/defaults.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <set>

#include "libprofile/defaults/tables.h"
#include "libprofile/document/names.h"
#include "libprofile/resolve/template.h"
#include "libprofile/text.h"
#include "test/unit/defaults_canonical.h"

using namespace scrim;
using defaults::Engine;

namespace {

using Said = std::map<std::string, std::string>;

// A name, so that a failed comparison prints the differences.
constexpr std::string_view none;

// "clone: should be "allow", is "nothing"" and so on, a line each.
std::string differences(const Said& should, const Said& is) {
  std::string out;
  const auto say = [&](const std::string& name, std::string_view expected, std::string_view found) {
    out += concat("\n  ", name, ": should be \"", expected, "\", is \"", found, "\"");
  };
  for (const auto& [name, text] : should) {
    const auto found = is.find(name);
    if (found == is.end())
      say(name, text, "nothing");
    else if (found->second != text)
      say(name, text, found->second);
  }
  for (const auto& [name, text] : is)
    if (!should.contains(name)) say(name, "nothing", text);
  return out;
}

}  // namespace

TEST_CASE("CRI-O's default differs from its base in clone, clone3 and unshare only", "[defaults]") {
  resolve::Target target;
  target.kernel = {6, 1};
  for (const bool admin : {false, true}) {
    if (admin) target.bounding.add(resolve::CapabilitySet::number_of("CAP_SYS_ADMIN").value());
    Said podman = test::said_of_names(
        resolve::evaluate_template(defaults::default_profile(Engine::podman, "0.50.1"), target));
    Said cri_o = test::said_of_names(
        resolve::evaluate_template(defaults::default_profile(Engine::cri_o, "common-0.50.1"), target));
    CHECK(podman.at("unshare") == "allow");
    CHECK(cri_o.contains("unshare") == admin);
    CHECK(cri_o.at("clone3") == (admin ? "allow" : "errno=38"));
    for (const char* name : {"clone", "clone3", "unshare"}) {
      podman.erase(name);
      cri_o.erase(name);
    }
    CHECK(differences(podman, cri_o) == none);
  }
}

TEST_CASE("The plain name of an engine means its newest version", "[defaults]") {
  for (const Engine engine : defaults::engines) {
    CHECK(defaults::engine_named(defaults::name_of(engine)) == engine);
    const std::string newest =
        concat("RuntimeDefault@", defaults::name_of(engine), "-", defaults::versions(engine).back());
    CHECK(defaults::default_profile(engine, "").file == newest);
  }
  CHECK(!defaults::engine_named("rkt"));
}

TEST_CASE("Every rule of every default says why it is there", "[defaults]") {
  for (const Engine engine : defaults::engines)
    for (const std::string& version : defaults::versions(engine)) {
      CAPTURE(defaults::name_of(engine), version);
      for (const document::TemplateRule& each : defaults::default_profile(engine, version).rules) {
        CAPTURE(each.rule.names.at(0).text, each.comment);
        // "topic: reason"
        CHECK(each.comment.find(": ") != std::string::npos);
        const std::set<std::string> names = [&] {
          std::set<std::string> set;
          for (const document::Name& name : each.rule.names) set.insert(name.text);
          return set;
        }();
        CHECK(names.size() == each.rule.names.size());
      }
    }
}

TEST_CASE("Conditions of the defaults name capabilities and architectures that exist", "[defaults]") {
  const auto known = [](const std::vector<std::string>& names, auto all) {
    return std::all_of(names.begin(), names.end(), [&](const std::string& name) {
      return std::find(all.begin(), all.end(), name) != all.end();
    });
  };
  for (const Engine engine : defaults::engines)
    for (const std::string& version : defaults::versions(engine))
      for (const document::TemplateRule& each : defaults::default_profile(engine, version).rules)
        for (const document::Filter& filter : {each.includes, each.excludes}) {
          CAPTURE(defaults::name_of(engine), version, each.comment);
          CHECK(known(filter.caps, document::capability_names()));
          CHECK(known(filter.arches, document::template_names()));
        }
}

TEST_CASE("What the data calls denied is allowed to nobody without capabilities", "[defaults]") {
  resolve::Target target;
  target.kernel = {6, 1};
  for (const Engine engine : defaults::engines) {
    const defaults::Tables tables = defaults::tables_of(engine);
    CHECK(!tables.denied.empty());
    for (std::size_t version = 0; version < tables.versions.size(); ++version) {
      const std::string name(tables.text(tables.versions[version].name));
      CAPTURE(defaults::name_of(engine), name);
      const document::OciSeccomp seccomp =
          resolve::evaluate_template(defaults::default_profile(engine, name), target);
      std::set<std::string> said;
      for (const document::Rule& rule : seccomp.rules)
        for (const document::Name& each : rule.names) said.insert(each.text);
      for (const defaults::DeniedRow& row : tables.denied)
        for (const defaults::NameRow& each : part(tables.names, row.names)) {
          if (!defaults::has(row.versions & each.versions, version)) continue;
          const std::string call(tables.text(each.name));
          CAPTURE(call);
          CHECK(!said.contains(call));
        }
    }
  }
}
