// SPDX-License-Identifier: Apache-2.0
#include "libprofile/defaults/defaults.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <set>
#include <sstream>

#include "libprofile/defaults/embedded.h"
#include "libprofile/document/file.h"
#include "libprofile/document/json.h"
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

constexpr Engine engines[] = {Engine::containerd, Engine::docker, Engine::podman, Engine::cri_o};

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  for (const std::string_view word : split(text, ' '))
    if (!word.empty()) words.emplace_back(word);
  return words;
}

// What upstream's template comes to; data/defaults/README.md describes the file.
struct Fixture {
  struct Case {
    std::string name;
    std::string architecture;
    resolve::KernelVersion kernel;
    resolve::CapabilitySet bounding;
    Said said;
  };
  std::string default_action;
  std::vector<std::string> families;
  std::vector<Case> cases;
};

class FixtureReader {
 public:
  Fixture read(const std::string& path) {
    std::istringstream lines(document::read_text(path));
    for (std::string line; std::getline(lines, line);) {
      const std::vector<std::string> words = words_of(line);
      if (line.starts_with("  ")) rules(line);
      if (line.starts_with("default ")) fixture_.default_action = words.at(1);
      if (line.starts_with("family ")) fixture_.families.push_back(line);
      if (line.starts_with("set ")) sets_[words.at(1)] = {words.begin() + 2, words.end()};
      if (line.starts_with("architecture ")) start("4.8", "none", {words.at(1)});
      if (line.starts_with("case ")) start(words.at(1), words.at(2), {words.begin() + 3, words.end()});
    }
    return std::move(fixture_);
  }

 private:
  void start(const std::string& kernel, const std::string& set,
             const std::vector<std::string>& architectures) {
    open_ = 0;
    for (const std::string& architecture : architectures) {
      Fixture::Case next;
      next.name = concat(architecture, ", Linux ", kernel, ", capabilities: ", set);
      next.architecture = architecture;
      next.kernel = resolve::parse_kernel_version(kernel).value();
      if (set != "none") {
        const auto found = sets_.find(set);
        for (const std::string& name : found == sets_.end() ? std::vector{set} : found->second)
          next.bounding.add(resolve::CapabilitySet::number_of(name).value());
      }
      // Every case starts from its architecture's first one, and that from the very first.
      if (!fixture_.cases.empty()) next.said = fixture_.cases.front().said;
      for (const Fixture::Case& each : fixture_.cases)
        if (each.architecture == architecture) {
          next.said = each.said;
          break;
        }
      fixture_.cases.push_back(std::move(next));
      ++open_;
    }
  }

  void rules(const std::string& line) {
    const std::size_t colon = line.find(" : ");
    const std::string text = line.substr(2, colon - 2);
    for (const std::string& name : words_of(line.substr(colon + 3)))
      for (std::size_t i = fixture_.cases.size() - open_; i < fixture_.cases.size(); ++i)
        if (text == "nothing")
          fixture_.cases[i].said.erase(name);
        else
          fixture_.cases[i].said[name] = text;
  }

  Fixture fixture_;
  std::map<std::string, std::vector<std::string>> sets_;
  std::size_t open_ = 0;
};

document::Architecture architecture_called(std::string_view name) {
  for (unsigned i = 0;; ++i)
    if (resolve::go_name(static_cast<document::Architecture>(i)) == name)
      return static_cast<document::Architecture>(i);
}

// "clone: should be \"allow\", is \"nothing\"" and so on, a line each.
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

std::vector<std::string> families_of(const document::Profile& profile) {
  std::vector<std::string> lines;
  for (const document::ArchitectureFamily& family : profile.arch_map) {
    std::string line = concat("family ", document::name_of(family.architecture));
    for (const document::Architecture sub : family.sub_architectures)
      line += concat(" ", document::name_of(sub));
    lines.push_back(std::move(line));
  }
  return lines;
}

void check_against_fixture(Engine engine, const std::string& version) {
  const std::string name = concat(defaults::name_of(engine), "-", version);
  CAPTURE(name);
  const Fixture fixture = FixtureReader().read(concat(SCRIM_TEST_DATA "/defaults/", name, ".txt"));
  const document::Profile profile = defaults::default_profile(engine, version);
  CHECK(profile.file == concat("RuntimeDefault@", name));
  CHECK(test::action_text(profile.header.default_action, profile.header.default_errno_ret) ==
        fixture.default_action);
  CHECK(families_of(profile) == fixture.families);
  CHECK(!profile.header.flags);
  REQUIRE(fixture.cases.size() > 100);
  for (const Fixture::Case& each : fixture.cases) {
    CAPTURE(each.name);
    const resolve::Target target{architecture_called(each.architecture), each.kernel, each.bounding};
    const Said said = test::said_of_names(resolve::evaluate_template(profile, target));
    CHECK(differences(each.said, said) == none);
  }
}

}  // namespace

TEST_CASE("RuntimeDefault of containerd is containerd's own in every case", "[defaults]") {
  check_against_fixture(Engine::containerd, "1.6.20");
  check_against_fixture(Engine::containerd, "2.3.4");
}

TEST_CASE("RuntimeDefault of docker is moby's default.json in every case", "[defaults]") {
  check_against_fixture(Engine::docker, "20.10.24");
  check_against_fixture(Engine::docker, "29.7.2");
}

TEST_CASE("RuntimeDefault of podman is containers-common's seccomp.json in every case", "[defaults]") {
  check_against_fixture(Engine::podman, "0.50.1");
  check_against_fixture(Engine::podman, "0.67.0+f0ddf1a745bb");
}

TEST_CASE("RuntimeDefault of cri-o is what CRI-O makes of containers-common's in every case", "[defaults]") {
  check_against_fixture(Engine::cri_o, "common-0.67.0+1e46b0756b39");
}

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
  for (const Engine engine : engines) {
    CHECK(defaults::engine_named(defaults::name_of(engine)) == engine);
    const std::string newest =
        concat("RuntimeDefault@", defaults::name_of(engine), "-", defaults::versions(engine).back());
    CHECK(defaults::default_profile(engine, "").file == newest);
  }
  CHECK(!defaults::engine_named("rkt"));
}

TEST_CASE("A version that is not known is refused with those that are", "[defaults]") {
  CHECK_THROWS_WITH(defaults::default_profile(Engine::docker, "1.0"),
                    Catch::Contains("docker 1.0") && Catch::Contains("20.10.24, 29.7.2"));
}

TEST_CASE("Every rule of every default says why it is there", "[defaults]") {
  for (const Engine engine : engines)
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
  for (const Engine engine : engines)
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
  for (const Engine engine : engines) {
    CAPTURE(defaults::name_of(engine));
    const document::json::Value data = document::json::parse(defaults::embedded_data(engine), "data");
    const Said said =
        test::said_of_names(resolve::evaluate_template(defaults::default_profile(engine, ""), target));
    const auto& groups = *data.find("denied")->array();
    CHECK(!groups.empty());
    for (const document::json::Value& group : groups)
      for (const document::json::Value& name : *group.find("names")->array()) {
        CAPTURE(*name.string());
        CHECK(!said.contains(*name.string()));
      }
  }
}
