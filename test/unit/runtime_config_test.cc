// SPDX-License-Identifier: Apache-2.0
#include "libprofile/resolve/runtime_config.h"

#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "libprofile/error.h"
#include "libprofile/resolve/wanted.h"
#include "libprofile/text.h"

using namespace scrim;
using namespace scrim::resolve;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

namespace {

RuntimeConfig parse(const std::string& text) {
  return parse_runtime_config(text, "config.json");
}

class ConfigFile {
 public:
  explicit ConfigFile(const std::string& text) {
    std::string name = std::filesystem::temp_directory_path() / "scrim-config-XXXXXX";
    REQUIRE(mkdtemp(name.data()) != nullptr);
    directory = name;
    path = directory / "config.json";
    std::ofstream(path) << text;
    REQUIRE(chmod(path.c_str(), 0644) == 0);
  }
  ConfigFile(const ConfigFile&) = delete;
  ConfigFile& operator=(const ConfigFile&) = delete;
  ~ConfigFile() { std::filesystem::remove_all(directory); }

  std::filesystem::path directory;
  std::filesystem::path path;
};

}  // namespace

TEST_CASE("an empty configuration is the defaults") {
  const RuntimeConfig config = parse("{}");
  CHECK(config.settings.runtime_default == defaults::Engine::containerd);
  CHECK(config.settings.profile_root == "/var/lib/kubelet/seccomp");
  CHECK_FALSE(config.settings.seccomp_default);
  CHECK_FALSE(config.settings.privileged_profile);
  CHECK_FALSE(config.settings.floor_profile);
  CHECK(config.delegate.empty());
  CHECK_FALSE(config.annotations_trusted);
}

TEST_CASE("every key of the configuration is read") {
  const RuntimeConfig config = parse(R"({
    "runtimeDefault": "cri-o", "profileRoot": "/srv/profiles", "seccompDefault": true, // comments are allowed
    "privilegedProfile": "Localhost:privileged.json", "delegate": "/usr/sbin/runc", "annotations": "trusted"})");
  CHECK(config.settings.runtime_default == defaults::Engine::cri_o);
  CHECK(config.settings.runtime_default_version.empty());
  CHECK(config.settings.profile_root == "/srv/profiles");
  CHECK(config.settings.seccomp_default);
  REQUIRE(config.settings.privileged_profile);
  CHECK(describe(*config.settings.privileged_profile) == "Localhost:privileged.json");
  CHECK(config.delegate == "/usr/sbin/runc");
  CHECK(config.annotations_trusted);
  CHECK(parse(R"({"delegate": "crun"})").delegate == "crun");
  for (const char* floor : {"/etc/scrim/floor.json", "RuntimeDefault@docker", "Localhost:floor.json"}) {
    const auto settings = parse(concat(R"({"floorProfile": ")", floor, "\"}")).settings;
    REQUIRE(settings.floor_profile);
    CHECK(describe(*settings.floor_profile) == floor);
  }
}

TEST_CASE("runtimeDefault may name a version that is known") {
  const std::string oldest = defaults::versions(defaults::Engine::docker).front();
  const RuntimeConfig config = parse(R"({"runtimeDefault": "docker-)" + oldest + "\"}");
  CHECK(config.settings.runtime_default == defaults::Engine::docker);
  CHECK(config.settings.runtime_default_version == oldest);
  CHECK_THROWS_WITH(parse(R"({"runtimeDefault": "docker-0.7"})"),
                    StartsWith("config.json:1:20: ") && Contains(oldest));
}

TEST_CASE("what the configuration cannot mean is refused with its place") {
  struct Row {
    const char* text;
    const char* says;
  };
  const Row row = GENERATE(values<Row>({
      {"", "config.json:1:1: not JSON"},
      {"[]", "config.json:1:1: must be an object, not an array"},
      {"null", "must be an object, not null"},
      {"{\n  \"seccompdefault\": true}",
       "config.json:2:3: unknown key \"seccompdefault\", did you mean seccompDefault?"},
      {R"({"colour": 1})",
       "(known: runtimeDefault, profileRoot, seccompDefault, privilegedProfile, floorProfile, delegate, "
       "annotations)"},
      {R"({"seccompDefault": "true"})",
       "config.json:1:20: seccompDefault must be true or false, not a string"},
      {R"({"seccompDefault": null})", "must be true or false, not null"},
      {R"({"runtimeDefault": 1})", "runtimeDefault must be a string, not a number"},
      {R"({"runtimeDefault": "dokcer"})", "did you mean docker?"},
      {R"({"profileRoot": "profiles"})", "profileRoot must be an absolute path"},
      {R"({"profileRoot": ""})", "profileRoot must be an absolute path"},
      {R"({"privilegedProfile": "/etc/x.json"})", "privilegedProfile must be RuntimeDefault"},
      {R"({"privilegedProfile": "RuntimeDefault@rkt"})", "\"rkt\" is no engine"},
      {R"({"privilegedProfile": "Localhost:../x"})", "must not contain '..'"},
      {R"({"floorProfile": "Unconfined"})", "floorProfile must be a profile: Unconfined is no floor"},
      {R"({"floorProfile": "floor.json"})", "or the absolute path of a profile, not \"floor.json\""},
      {R"({"floorProfile": "Localhost:/x"})", "floorProfile \"Localhost:/x\": the path"},
      {R"({"floorProfile": "RuntimeDefault@rkt"})", "\"rkt\" is no engine"},
      {R"({"delegate": ""})", "delegate must be an absolute path"},
      {R"({"delegate": "./runc"})", "delegate must be an absolute path"},
      {R"({"delegate": "ru\u0000nc"})", "NUL"},
      {R"({"annotations": true})", "annotations must be a string"},
      {R"({"annotations": "yes"})", "must be \"trusted\" or \"untrusted\", not \"yes\""},
      {R"({"delegate": "runc", "delegate": "crun"})", "\"delegate\" is given more than once"},
  }));
  CAPTURE(row.text);
  CHECK_THROWS_AS(parse(row.text), document::DocumentError);
  CHECK_THROWS_WITH(parse(row.text), Contains(row.says));
}

TEST_CASE("a missing configuration file is the defaults, unless it was asked for") {
  const ConfigFile file("{}");
  const std::string missing = file.directory / "missing.json";
  CHECK_FALSE(load_runtime_config(missing, false).settings.seccomp_default);
  CHECK_THROWS_WITH(load_runtime_config(missing, true), Contains("No such file or directory"));
}

TEST_CASE("a configuration file that is there is never passed over") {
  const ConfigFile file(R"({"seccompDefault": true})");
  CHECK(load_runtime_config(file.path, false).settings.seccomp_default);

  std::filesystem::create_symlink("nothing", file.directory / "dangling");
  CHECK_THROWS_AS(load_runtime_config(file.directory / "dangling", false), SystemError);
  REQUIRE(mkfifo((file.directory / "fifo").c_str(), 0600) == 0);
  CHECK_THROWS_WITH(load_runtime_config(file.directory / "fifo", false), Contains("not a regular file"));
  CHECK_THROWS_AS(load_runtime_config(file.directory, false), Error);
  CHECK_THROWS_AS(load_runtime_config(file.path / "below", false), SystemError);
}

TEST_CASE("a configuration file that others than root can write is refused") {
  if (geteuid() != 0) return;
  const ConfigFile file("{}");
  const mode_t mode = GENERATE(0664U, 0646U, 0666U);
  REQUIRE(chmod(file.path.c_str(), mode) == 0);
  CHECK_THROWS_WITH(load_runtime_config(file.path, false), Contains("chmod go-w"));
  REQUIRE(chmod(file.path.c_str(), 0644) == 0);
  REQUIRE(chown(file.path.c_str(), 65534, 0) == 0);
  CHECK_THROWS_WITH(load_runtime_config(file.path, false), Contains("belongs to user 65534"));
}
