// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "libprofile/defaults/defaults.h"
#include "libprofile/defaults/known_version.h"
#include "libprofile/defaults/version_number.h"
#include "libprofile/error.h"
#include "libprofile/resolve/resolve.h"
#include "libprofile/text.h"

using namespace scrim;
using Catch::Contains;
using defaults::Branches;
using defaults::Engine;
using defaults::Period;
using defaults::Versions;

namespace {

// 1.6.0 1.6.1 1.6.2 | 1.7.0 1.7.1 1.7.2 | 2.0.0 2.0.1
Branches three_branches() {
  return Branches({0, 0, 0, 1, 1, 1, 2, 2});
}

Versions set_of(std::initializer_list<std::size_t> versions) {
  Versions out = 0;
  for (const std::size_t each : versions) out |= Versions{1} << each;
  return out;
}

Versions in_all(const Branches& branches, const std::vector<Period>& periods) {
  Versions out = 0;
  for (const Period& each : periods) out |= branches.in(each);
  return out;
}

}  // namespace

TEST_CASE("A mark counts for its branch and for later ones that have none", "[defaults]") {
  const Branches branches = three_branches();
  CHECK(branches.in({{}, {}}) == branches.all());
  CHECK(branches.in({{2}, {}}) == set_of({2, 3, 4, 5, 6, 7}));
  // The older branch got it later than the newer one was begun.
  CHECK(branches.in({{2, 4}, {}}) == set_of({2, 4, 5, 6, 7}));
  CHECK(branches.in({{}, {6}}) == set_of({0, 1, 2, 3, 4, 5}));
  CHECK(branches.in({{1}, {2, 5}}) == set_of({1, 3, 4}));
  CHECK(branches.in({{7}, {}}) == set_of({7}));
}

TEST_CASE("Versions are told as the first and last of their branches", "[defaults]") {
  const Branches branches = three_branches();
  const auto backported = branches.periods(set_of({2, 4, 5, 6, 7}));
  REQUIRE(backported.size() == 1);
  CHECK(backported[0].since == std::vector<std::size_t>{2, 4});
  CHECK(backported[0].until.empty());
  const auto dropped = branches.periods(set_of({0, 1, 2, 3, 4, 5}));
  REQUIRE(dropped.size() == 1);
  CHECK(dropped[0].since.empty());
  CHECK(dropped[0].until == std::vector<std::size_t>{6});
  // Came, went within the branch and came back.
  const auto twice = branches.periods(set_of({0, 2, 3, 4, 5, 6, 7}));
  REQUIRE(twice.size() == 2);
  CHECK(twice[0].until == std::vector<std::size_t>{1});
  CHECK(twice[1].since == std::vector<std::size_t>{2});
  CHECK(branches.periods(0).empty());
  CHECK(branches.periods(branches.all()).size() == 1);
}

TEST_CASE("Whatever the versions are, what is told of them is true", "[defaults]") {
  const Branches branches = three_branches();
  for (Versions versions = 0; versions <= branches.all(); ++versions) {
    CAPTURE(versions);
    CHECK(in_all(branches, branches.periods(versions)) == versions);
  }
}

TEST_CASE("Versions are read by their numbers", "[defaults]") {
  const auto number = defaults::VersionNumber::parse("profiles-0.2.10+1e46");
  REQUIRE(number);
  CHECK(number->prefix == "profiles-");
  CHECK(number->numbers == std::vector<unsigned>{0, 2, 10});
  CHECK(number->suffix == "+1e46");
  CHECK(number->branch(2) == "profiles-0.2");
  CHECK(number->branch(9) == "profiles-0.2.10");
  CHECK(defaults::VersionNumber::parse("1.")->suffix == ".");
  CHECK(!defaults::VersionNumber::parse(""));
  CHECK(!defaults::VersionNumber::parse("newest"));
  CHECK(!defaults::VersionNumber::parse("99999999999.1"));
}

TEST_CASE("A version between two of its branch with the same default has that default", "[defaults]") {
  const auto found = known_version(Engine::containerd, "1.7.20");
  CHECK(found.name == "1.7.20");
  CHECK_THAT(found.because, Contains("taken for 1.7.13") && Contains("1.7.31"));
  document::Profile between = defaults::default_profile(Engine::containerd, "1.7.20");
  CHECK(between.file == "RuntimeDefault@containerd-1.7.20");
  const document::Profile known = defaults::default_profile(Engine::containerd, "1.7.13");
  CHECK(between.rules.size() == known.rules.size());
  // A branch may span what only looks like branches.
  CHECK(known_version(Engine::docker, "28.4.0").because.find("28.2.2") != std::string::npos);
  CHECK(known_version(Engine::containerd, "1.7.13").because.empty());
  resolve::Settings settings;
  resolve::Target target;
  target.kernel = {6, 1};
  const auto resolution =
      resolve::resolve({resolve::RuntimeDefault{Engine::containerd, "1.7.20"}, false, {}}, settings, target);
  CHECK_THAT(join(resolution.because, "; "), Contains("1.7.20 is taken for 1.7.13"));
}

TEST_CASE("A version of which nobody knows is refused with its neighbours", "[defaults]") {
  const auto refused = [](Engine engine, const char* version) {
    try {
      return known_version(engine, version).name;
    } catch (const Error& error) {
      return std::string(error.what());
    }
  };
  CHECK_THAT(refused(Engine::docker, "29.4.1"), Contains("docker 29.4.1 is not known") &&
                                                    Contains("between 29.0.0 and 29.4.2") &&
                                                    Contains("differ in socketcall, socket"));
  CHECK_THAT(refused(Engine::containerd, "9.0"), Contains("newer than 2.3.4, the newest"));
  CHECK_THAT(refused(Engine::containerd, "1.6.99"), Contains("newer than 1.6.39") && Contains("branch"));
  CHECK_THAT(refused(Engine::docker, "1.13.1"), Contains("older than 19.03.0"));
  CHECK_THAT(refused(Engine::containerd, "1.7"), Contains("not one version") && Contains("1.7.12, 1.7.13"));
  CHECK_THAT(refused(Engine::containerd, "2.0.0-rc.1"), Contains("2.0.0-rc.1 is not known"));
  CHECK_THAT(refused(Engine::containerd, "newest"), Contains("known are 1.4.0, "));
  CHECK_THAT(refused(Engine::podman, "4.3.1"), Contains("containers-common") && Contains("0.50.1"));
  CHECK_THAT(refused(Engine::containerd, "99999999999999999999"), Contains("is not known"));
  CHECK_THAT(refused(Engine::docker, "profiles-0.3.0"), Contains("newer than profiles-0.2.3"));
}

TEST_CASE("What distributions add to a version is taken off", "[defaults]") {
  const auto name = [](Engine engine, const char* version) { return known_version(engine, version).name; };
  CHECK(name(Engine::containerd, "1.6.20~ds1-1+deb12u1") == "1.6.20");
  CHECK(name(Engine::docker, "20.10.24+dfsg1-1+deb12u1+b2") == "20.10.24");
  CHECK(name(Engine::docker, "20.10.24+dfsg1") == "20.10.24");
  CHECK(name(Engine::containerd, "1.7.24-0ubuntu1~22.04.1") == "1.7.24");
  CHECK(name(Engine::podman, "0.50.1+ds1-4") == "0.50.1");
  CHECK(name(Engine::containerd, "v1.7.13") == "1.7.13");
  CHECK(name(Engine::podman, "0.67.0+f0ddf1a745bb") == "0.67.0+f0ddf1a745bb");
  CHECK(name(Engine::containerd, "1.7.24-1.el9") == "1.7.24");
}

TEST_CASE("What was built before or after a release is not that release", "[defaults]") {
  for (const char* version : {"2.1.0-37-g1a2b3c4.m", "v2.1.0-37-g1a2b3c4", "1.6.0-0.1.beta.1.fc35",
                              "1.6.0-0.1.fc35", "1.7.13-0.rc1", "1.7.13-0-beta", "1.7.13-rc.1"}) {
    CAPTURE(version);
    CHECK_THROWS_WITH(known_version(Engine::containerd, version), Contains("is not known"));
  }
  CHECK_THROWS_WITH(known_version(Engine::docker, "20.10.0-0-rc0"), Contains("is not known"));
  CHECK_THROWS_WITH(known_version(Engine::docker, "20.10.0-0.rc1"), Contains("is not known"));
}

TEST_CASE("Engines are known by the names of their projects too", "[defaults]") {
  const auto engine = [](const char* text) {
    return std::get<resolve::RuntimeDefault>(*resolve::parse_wanted(text)).engine;
  };
  CHECK(engine("RuntimeDefault@moby-24.0.9") == Engine::docker);
  CHECK(engine("RuntimeDefault@containers-common-0.60.0") == Engine::podman);
  CHECK(engine("RuntimeDefault@crio") == Engine::cri_o);
  CHECK(engine("RuntimeDefault@docker-profiles-0.2.0") == Engine::docker);
}
