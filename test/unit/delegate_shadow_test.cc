// SPDX-License-Identifier: Apache-2.0
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>

#include "launcher/delegate/callers_bundle.h"
#include "launcher/delegate/resolved_bundle.h"
#include "launcher/delegate/shadow.h"
#include "libprofile/document/file.h"
#include "libprofile/document/json.h"
#include "libprofile/error.h"

using namespace scrim;
using delegate::Place;
using delegate::Shadow;

namespace {

class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    if (mkdtemp(path_.data()) == nullptr) throw Error("mkdtemp");
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  ~TemporaryDirectory() { std::filesystem::remove_all(path_); }
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] Place place(const std::string& id = "c") const { return {path_ + "/scrim", "/run/runc", id}; }

 private:
  std::string path_ = "/tmp/scrim-unit.XXXXXX";
};

document::json::Value absolute(std::string_view config) {
  document::json::Value value = document::json::parse(config, "config.json");
  delegate::make_paths_absolute(value, "/b");
  return value;
}

}  // namespace

TEST_CASE("Names in paths are readable, harmless and different", "[delegate]") {
  CHECK(delegate::escape_root("/run/runc") == "run-runc");
  CHECK(delegate::escape_root("/run/runc/") == "run-runc");
  CHECK(delegate::escape_root("/run/docker/runtime-runc/moby") == "run-docker-runtime@2Drunc-moby");
  CHECK(delegate::escape_root("/") == "-");
  CHECK(delegate::escape_id("my-web_1.2+x") == "my-web_1.2+x");
  CHECK(delegate::escape_id("..") == "@2E.");
  CHECK(delegate::escape_id("a/b") == "a@2Fb");
  CHECK(delegate::escape_id("") == "@");
  const std::string a = delegate::escape_id(std::string(4000, 'x') + "a");
  const std::string b = delegate::escape_id(std::string(4000, 'x') + "b");
  CHECK(a.size() <= 255);
  CHECK(a != b);
}

TEST_CASE("A shadow that is not kept leaves nothing", "[delegate]") {
  const TemporaryDirectory directory;
  {
    const Shadow shadow(directory.place());
    shadow.write("{}", "/b");
    CHECK(document::read_text(shadow.path() + "/config.json") == "{}");
    CHECK(document::read_text(shadow.path() + "/bundle") == "/b");
  }
  CHECK(std::filesystem::is_empty(directory.path() + "/scrim/delegate"));
}

TEST_CASE("What the delegate of a bundle was given is found by the bundle", "[delegate]") {
  const TemporaryDirectory directory;
  const std::string base = directory.path() + "/scrim";
  CHECK(delegate::configs_of_bundles(base).empty());
  Shadow older(directory.place());
  older.write("{}", "/b");
  const Shadow newer(directory.place());
  newer.write("{}", "/b");
  const Shadow other(directory.place("d"));
  other.write("{}", "/other");
  std::filesystem::last_write_time(older.path() + "/config.json",
                                   std::filesystem::file_time_type::clock::now() - std::chrono::hours(1));
  auto configs = delegate::configs_of_bundles(base);
  CHECK(configs.size() == 2);
  CHECK(configs["/b"] == newer.path() + "/config.json");
  CHECK(configs["/other"] == other.path() + "/config.json");
}

TEST_CASE("A shadow is for its owner only", "[delegate]") {
  const TemporaryDirectory directory;
  const Shadow shadow(directory.place());
  struct stat status {};
  REQUIRE(stat(shadow.path().c_str(), &status) == 0);
  CHECK((status.st_mode & 0777U) == 0700);
  REQUIRE(stat((directory.path() + "/scrim").c_str(), &status) == 0);
  CHECK((status.st_mode & 0777U) == 0700);
}

TEST_CASE("A directory that others can write to is refused", "[delegate]") {
  const TemporaryDirectory directory;
  std::filesystem::create_directory(directory.path() + "/scrim");
  std::filesystem::permissions(directory.path() + "/scrim", std::filesystem::perms::all);
  CHECK_THROWS_WITH(Shadow(directory.place()), Catch::Contains("others can write"));
}

TEST_CASE("A symbolic link in the place of the directory is refused", "[delegate]") {
  const TemporaryDirectory directory;
  std::filesystem::create_directory(directory.path() + "/elsewhere");
  std::filesystem::create_directory_symlink(directory.path() + "/elsewhere", directory.path() + "/scrim");
  CHECK_THROWS_WITH(Shadow(directory.place()), Catch::Contains("is no directory"));
}

TEST_CASE("A shadow in use is not idle, and is not removed as if it were", "[delegate]") {
  const TemporaryDirectory directory;
  const Shadow shadow(directory.place());
  CHECK(delegate::idle_shadows(directory.place()).empty());
  delegate::remove_idle_shadow(shadow.path());
  delegate::remove_empty_directories(directory.place());
  CHECK(std::filesystem::exists(shadow.path()));
}

TEST_CASE("A kept shadow is idle, belongs to its container, and can be removed", "[delegate]") {
  const TemporaryDirectory directory;
  std::optional<Shadow> shadow(std::in_place, directory.place("a/b"));
  shadow->keep();
  const std::string path = shadow->path();
  shadow.reset();
  CHECK(delegate::idle_shadows(directory.place("a")).empty());
  REQUIRE(delegate::idle_shadows(directory.place("a/b")).size() == 1);
  CHECK(delegate::idle_shadows_of_root(directory.place()).front().id == "a/b");
  delegate::remove_idle_shadow(path);
  CHECK(std::filesystem::is_empty(directory.path() + "/scrim/delegate"));
}

TEST_CASE("Two creates of one id have a shadow each", "[delegate]") {
  const TemporaryDirectory directory;
  const Shadow first(directory.place());
  first.write("1", "/first");
  {
    const Shadow second(directory.place());
    second.write("2", "/second");
    CHECK(first.path() != second.path());
  }
  CHECK(document::read_text(first.path() + "/config.json") == "1");
}

TEST_CASE("The caller's bundle is shown in JSON and in tables", "[delegate]") {
  const TemporaryDirectory directory;
  const Shadow shadow(directory.place());
  shadow.write("{}", "/b \"x\"");
  const std::string base = directory.place().base;
  CHECK(delegate::show_callers_bundles(R"({"id": "c", "bundle": ")" + shadow.path() + R"(", "pid": 1})",
                                       base) == R"({"id": "c", "bundle": "/b \"x\"", "pid": 1})");
  const std::string filled = std::string("/b \"x\"") + std::string(shadow.path().size() - 6, ' ');
  CHECK(delegate::show_callers_bundles("c  1  " + shadow.path() + "  now\n", base) ==
        "c  1  " + filled + "  now\n");
  CHECK(delegate::show_callers_bundles("nothing of ours\n", base) == "nothing of ours\n");
  CHECK(delegate::show_callers_bundles("\"" + base + "/delegate/gone\"", base) ==
        "\"" + base + "/delegate/gone\"");
}

TEST_CASE("Paths relative to the bundle become absolute, others stay", "[delegate]") {
  CHECK(*absolute(R"({"root": {"path": "rootfs"}})").find("root")->find("path")->string() == "/b/rootfs");
  CHECK(*absolute(R"({"root": {"path": "./x/../rootfs/"}})").find("root")->find("path")->string() ==
        "/b/rootfs");
  CHECK(*absolute(R"({"root": {"path": "."}})").find("root")->find("path")->string() == "/b");
  CHECK(*absolute(R"({"root": {"path": "/r"}})").find("root")->find("path")->string() == "/r");
  CHECK(*absolute(R"({"mounts": [{"type": "bind", "source": "d"}]})")
             .find("mounts")
             ->array()
             ->at(0)
             .find("source")
             ->string() == "/b/d");
  CHECK(*absolute(R"({"mounts": [{"source": "d", "options": ["ro", "rbind"]}]})")
             .find("mounts")
             ->array()
             ->at(0)
             .find("source")
             ->string() == "/b/d");
  CHECK(*absolute(R"({"mounts": [{"type": "proc", "source": "proc"}]})")
             .find("mounts")
             ->array()
             ->at(0)
             .find("source")
             ->string() == "proc");
  CHECK(*absolute(R"({"linux": {"seccomp": {"listenerPath": "s"}}})")
             .find("linux")
             ->find("seccomp")
             ->find("listenerPath")
             ->string() == "/b/s");
}

TEST_CASE("A config.json of any shape is passed on for the delegate to judge, not crashed on", "[delegate]") {
  for (const char* text : {"{}", "[]", "null", R"({"root": 1, "mounts": {}, "linux": []})",
                           R"({"root": {"path": ""}, "mounts": [1, {"source": 2, "options": [3]}]})"})
    CHECK_NOTHROW(absolute(text));
}

TEST_CASE("A bundle that is missing or is no object says so", "[delegate]") {
  const TemporaryDirectory directory;
  CHECK_THROWS_WITH(delegate::resolve_bundle(directory.path() + "/none", "", {}, {}),
                    Catch::Contains("find bundle"));
  CHECK_THROWS_WITH(delegate::resolve_bundle(directory.path(), "", {}, {}), Catch::Contains("config.json"));
  std::ofstream(directory.path() + "/config.json") << "[]";
  CHECK_THROWS_WITH(delegate::resolve_bundle(directory.path(), "", {}, {}),
                    Catch::Contains("config.json:1:1: expected an object"));
}
