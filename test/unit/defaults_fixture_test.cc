// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <map>
#include <sstream>

#include "libprofile/defaults/defaults.h"
#include "libprofile/document/file.h"
#include "libprofile/document/names.h"
#include "libprofile/resolve/template.h"
#include "libprofile/text.h"
#include "test/unit/defaults_canonical.h"

// Every version of every default in every case that it tells apart, against what another program made of
// upstream's templates; data/defaults/README.md describes the files.
using namespace scrim;
using defaults::Engine;

namespace {

// Texts by number: there are some fifty million to compare.
class Numbers {
 public:
  unsigned of(const std::string& text) {
    const auto [found, is_new] = numbers_.emplace(text, static_cast<unsigned>(texts_.size()));
    if (is_new) texts_.push_back(text);
    return found->second;
  }
  [[nodiscard]] const std::string& text(unsigned number) const { return texts_.at(number); }

 private:
  std::map<std::string, unsigned> numbers_;
  std::vector<std::string> texts_;
};

struct Words {
  Words() { static_cast<void>(said.of("nothing")); }
  Numbers calls;
  Numbers said;
};

// By the number of a call, the number of what is said of it; 0: nothing.
using Said = std::vector<unsigned>;

void set(Said& said, unsigned call, unsigned what) {
  if (call >= said.size()) said.resize(call + 1);
  said[call] = what;
}

struct Case {
  std::string architecture;
  std::string kernel;
  std::string set;
  resolve::Target target;
  Said said;
};

struct Version {
  std::string name;
  std::string default_action;
  std::vector<std::string> families;
};

std::vector<std::string> words_of(std::string_view text, char separator = ' ') {
  std::vector<std::string> words;
  for (const std::string_view word : split(text, separator))
    if (!word.empty()) words.emplace_back(word);
  return words;
}

document::Architecture architecture_called(std::string_view name) {
  for (unsigned i = 0;; ++i)
    if (resolve::go_name(static_cast<document::Architecture>(i)) == name)
      return static_cast<document::Architecture>(i);
}

// "*", "a,b", or "!a,b" for all but those
bool chooses(const std::string& choice, const std::string& name) {
  if (choice == "*") return true;
  const bool all_but = choice.starts_with('!');
  const std::vector<std::string> names = words_of(all_but ? choice.substr(1) : choice, ',');
  return (std::ranges::find(names, name) != names.end()) != all_but;
}

// Goes through a fixture version by version; the cases say what holds in the present one.
class Fixture {
 public:
  Fixture(const std::string& path, Words& words) : lines_(document::read_text(path)), words_(words) {
    std::string line;
    while (std::getline(lines_, line) && !line.starts_with("version ")) header(words_of(line));
    next_ = line;
    for (const std::string& architecture : architectures_)
      for (const std::string& kernel : kernels_)
        for (const auto& [name, capabilities] : sets_) {
          Case each{architecture, kernel, name, {}, {}};
          each.target.architecture = architecture_called(architecture);
          each.target.kernel = resolve::parse_kernel_version(kernel).value();
          for (const std::string& capability : capabilities)
            each.target.bounding.add(resolve::CapabilitySet::number_of(capability).value());
          cases_.push_back(std::move(each));
        }
  }

  // False after the last version.
  bool advance() {
    if (next_.empty()) return false;
    version_ = {words_of(next_).at(1), {}, {}};
    next_.clear();
    for (std::string line; std::getline(lines_, line);) {
      if (line.starts_with("version ")) {
        next_ = line;
        return true;
      }
      if (line.starts_with("default ")) version_.default_action = words_of(line).at(1);
      if (line.starts_with("family ")) version_.families.push_back(line);
      if (line.starts_with("  ")) change(line.substr(2));
    }
    return true;
  }

  [[nodiscard]] const Version& version() const { return version_; }
  [[nodiscard]] const std::vector<Case>& cases() const { return cases_; }

 private:
  void header(const std::vector<std::string>& words) {
    if (words.at(0) == "architectures") architectures_ = {words.begin() + 1, words.end()};
    if (words.at(0) == "kernels") kernels_ = {words.begin() + 1, words.end()};
    if (words.at(0) == "set") sets_.emplace_back(words.at(1), std::vector(words.begin() + 2, words.end()));
  }

  // "arm,arm64 * !all : allow : cacheflush set_tls"
  void change(const std::string& line) {
    const std::size_t rules = line.find(" : ") + 3;
    const std::size_t calls = line.find(" : ", rules) + 3;
    const std::vector<std::string> which = words_of(line.substr(0, rules - 3));
    const unsigned what = words_.said.of(line.substr(rules, calls - 3 - rules));
    const std::vector<std::string> names = words_of(line.substr(calls));
    for (Case& each : cases_)
      if (chooses(which.at(0), each.architecture) && chooses(which.at(1), each.kernel) &&
          chooses(which.at(2), each.set))
        for (const std::string& name : names) ::set(each.said, words_.calls.of(name), what);
  }

  std::istringstream lines_;
  std::string next_;
  Words& words_;
  std::vector<std::string> architectures_;
  std::vector<std::string> kernels_;
  std::vector<std::pair<std::string, std::vector<std::string>>> sets_;
  Version version_;
  std::vector<Case> cases_;
};

// What a default of ours comes to. Rules without a condition are the same in every case, so only the others
// are evaluated for each, and what follows from the same ones only once.
class Ours {
 public:
  Ours(const document::Profile& profile, Words& words) : words_(words), conditional_(profile) {
    conditional_.rules.clear();
    document::OciSeccomp without_condition;
    std::map<std::string, bool> under_condition;
    for (const document::TemplateRule& each : profile.rules)
      for (const document::Name& name : each.rule.names)
        under_condition[name.text] |= !each.includes.empty() || !each.excludes.empty();
    for (const document::TemplateRule& each : profile.rules) {
      document::TemplateRule part = each;
      std::erase_if(part.rule.names, [&](const document::Name& name) { return !under_condition[name.text]; });
      if (!part.rule.names.empty()) conditional_.rules.push_back(part);
      part = each;
      std::erase_if(part.rule.names, [&](const document::Name& name) { return under_condition[name.text]; });
      if (!part.rule.names.empty()) without_condition.rules.push_back(part.rule);
    }
    add(test::said_of_names(without_condition), always_);
    // The numbers of the rules in place of their names: evaluating copies them.
    numbered_ = conditional_;
    for (std::size_t i = 0; i < numbered_.rules.size(); ++i)
      numbered_.rules[i].rule.names = {{std::to_string(i), {}}};
  }

  const Said& in(const resolve::Target& target) {
    std::vector<std::size_t> rules;
    for (const document::Rule& rule : evaluate_template(numbered_, target).rules)
      rules.push_back(std::stoul(rule.names.at(0).text));
    const auto [found, is_new] = known_.try_emplace(rules, always_);
    if (is_new) {
      document::OciSeccomp seccomp;
      for (const std::size_t rule : rules) seccomp.rules.push_back(conditional_.rules[rule].rule);
      add(test::said_of_names(seccomp), found->second);
    }
    return found->second;
  }

 private:
  void add(const std::map<std::string, std::string>& said_of_names, Said& said) {
    for (const auto& [name, text] : said_of_names) set(said, words_.calls.of(name), words_.said.of(text));
  }

  Words& words_;
  document::Profile conditional_;
  document::Profile numbered_;
  Said always_;
  std::map<std::vector<std::size_t>, Said> known_;
};

// "clone: should be "allow", is "nothing"" and so on, a line each.
std::string differences(const Said& should, const Said& is, const Words& words) {
  std::string out;
  for (unsigned call = 0; call < std::max(should.size(), is.size()); ++call) {
    const unsigned expected = call < should.size() ? should[call] : 0;
    const unsigned found = call < is.size() ? is[call] : 0;
    if (expected != found)
      out += concat("\n  ", words.calls.text(call), ": should be \"", words.said.text(expected), "\", is \"",
                    words.said.text(found), "\"");
  }
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

// The versions that were checked.
std::vector<std::string> check_against_fixture(Engine engine) {
  // A name, so that a failed comparison prints the differences.
  constexpr std::string_view none;
  Words words;
  Fixture fixture(concat(SCRIM_TEST_DATA "/defaults/", defaults::name_of(engine), ".txt"), words);
  std::vector<std::string> checked;
  while (fixture.advance()) {
    const Version& version = fixture.version();
    CAPTURE(version.name);
    const document::Profile profile = defaults::default_profile(engine, version.name);
    CHECK(profile.file == concat("RuntimeDefault@", defaults::name_of(engine), "-", version.name));
    CHECK(test::action_text(profile.header.default_action, profile.header.default_errno_ret) ==
          version.default_action);
    CHECK(families_of(profile) == version.families);
    CHECK(!profile.header.flags);
    REQUIRE(fixture.cases().size() > 300);
    Ours ours(profile, words);
    for (const Case& each : fixture.cases()) {
      const std::string found = differences(each.said, ours.in(each.target), words);
      if (found.empty()) continue;
      CAPTURE(each.architecture, each.kernel, each.set);
      CHECK(found == none);
    }
    checked.push_back(version.name);
  }
  return checked;
}

}  // namespace

TEST_CASE("RuntimeDefault of containerd is containerd's own in every version and case", "[defaults]") {
  CHECK(check_against_fixture(Engine::containerd) == defaults::versions(Engine::containerd));
}

TEST_CASE("RuntimeDefault of docker is moby's default.json in every version and case", "[defaults]") {
  CHECK(check_against_fixture(Engine::docker) == defaults::versions(Engine::docker));
}

TEST_CASE("RuntimeDefault of podman is containers-common's seccomp.json in every version and case",
          "[defaults]") {
  // What CRI-O starts from is checked through CRI-O.
  std::vector<std::string> versions = defaults::versions(Engine::podman);
  std::erase(versions, "0.67.0+1e46b0756b39");
  CHECK(check_against_fixture(Engine::podman) == versions);
}

TEST_CASE("RuntimeDefault of cri-o is what CRI-O makes of containers-common's in every case", "[defaults]") {
  CHECK(check_against_fixture(Engine::cri_o) == std::vector<std::string>{"common-0.67.0+1e46b0756b39"});
}
