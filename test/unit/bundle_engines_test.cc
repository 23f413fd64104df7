// SPDX-License-Identifier: Apache-2.0
// config.json files as engines and other runtimes write them, whole and damaged.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <catch2/catch.hpp>

#include "test/unit/spec_fixture.h"

namespace scrim::bundle::test {

namespace {

using document::json::Value;

std::string text_of(const std::filesystem::path& path) {
  std::ifstream in(path);
  REQUIRE(in);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

std::filesystem::path data(const std::string& name) {
  return std::filesystem::path(SCRIM_TEST_DATA) / "bundle" / name;
}

// What reading makes of `root` while each value below `at` in turn is `replacement`: it may fail, but as a
// DocumentError with a place.
void read_with_each_replaced(const Value& root, Value& at, const Value& replacement, unsigned& errors) {
  const Value original = at;
  at = replacement;
  try {
    document::Warnings warnings;
    static_cast<void>(read_spec(root, "config.json", "/bundle", warnings));
  } catch (const document::DocumentError& error) {
    ++errors;
    CHECK(std::string_view(error.what()).starts_with("config.json:"));
  }
  at = original;
  if (auto* array = at.array()) {
    for (Value& element : *array) read_with_each_replaced(root, element, replacement, errors);
  } else if (auto* object = at.object()) {
    for (document::json::Member& member : *object) {
      if (member.name != "annotations") read_with_each_replaced(root, member.value, replacement, errors);
    }
  }
}

}  // namespace

TEST_CASE("config.json files of engines and other runtimes read without warnings") {
  unsigned count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(data(""))) {
    INFO(entry.path());
    const Read result = read(text_of(entry.path()));
    CHECK(result.warnings.empty());
    CHECK(result.spec.process);
    CHECK(result.spec.find(NamespaceType::mount) != nullptr);
    ++count;
  }
  CHECK(count >= 5);
}

TEST_CASE("a privileged podman container with a user namespace is read in full") {
  const Spec spec = read(text_of(data("podman-4.3-privileged-userns.json"))).spec;
  REQUIRE(spec.uid_mappings.size() == 1);
  CHECK(spec.uid_mappings[0].host_id == 100000);
  CHECK(spec.uid_mappings[0].size == 65536);
  REQUIRE(spec.find(NamespaceType::user) != nullptr);
  CHECK(spec.find(NamespaceType::user)->path.empty());
  CHECK(spec.hostname == "box");
  CHECK(spec.masked_paths.empty());
  CHECK(std::any_of(spec.sysctl.begin(), spec.sysctl.end(), [](const Setting& setting) {
    return setting.name == "net/ipv4/ip_forward" && setting.value == "1";
  }));
  CHECK(std::all_of(spec.devices.begin(), spec.devices.end(),
                    [](const Device& device) { return device.file_mode && *device.file_mode <= 07777; }));
  REQUIRE(spec.resources);
  CHECK(spec.resources->find("memory")->find("limit")->signed_integer() == 67108864);
}

TEST_CASE("the default specs mean what runc's do") {
  const Spec ours = read(document::json::to_text(default_spec())).spec;
  const Spec runc = read(text_of(data("runc-1.1-spec.json"))).spec;
  REQUIRE(ours.mounts.size() == runc.mounts.size());
  for (std::size_t i = 0; i < ours.mounts.size(); ++i) {
    CHECK(ours.mounts[i].destination == runc.mounts[i].destination);
    CHECK(ours.mounts[i].type == runc.mounts[i].type);
    CHECK(ours.mounts[i].source == runc.mounts[i].source);
    CHECK(ours.mounts[i].options == runc.mounts[i].options);
  }
  for (const Namespace& ns : runc.namespaces) CHECK(ours.find(ns.type) != nullptr);
  for (const std::string& path : runc.masked_paths) {
    CHECK(std::count(ours.masked_paths.begin(), ours.masked_paths.end(), path) == 1);
  }
  CHECK(ours.readonly_paths == runc.readonly_paths);
  CHECK(ours.process->env == runc.process->env);
  CHECK(ours.process->capabilities->bounding == runc.process->capabilities->bounding);
  CHECK(ours.process->capabilities->permitted == runc.process->capabilities->permitted);

  const Spec our_rootless = read(document::json::to_text(default_rootless_spec(0, 0))).spec;
  const Spec rootless = read(text_of(data("runc-1.1-spec-rootless.json"))).spec;
  REQUIRE(our_rootless.mounts.size() == rootless.mounts.size());
  for (std::size_t i = 0; i < our_rootless.mounts.size(); ++i) {
    CHECK(our_rootless.mounts[i].type == rootless.mounts[i].type);
    CHECK(our_rootless.mounts[i].source == rootless.mounts[i].source);
    CHECK(our_rootless.mounts[i].options == rootless.mounts[i].options);
  }
  for (const Namespace& ns : rootless.namespaces) CHECK(our_rootless.find(ns.type) != nullptr);
  CHECK(our_rootless.uid_mappings.size() == rootless.uid_mappings.size());
}

TEST_CASE("whichever value of a config.json is of the wrong kind, reading fails with a place or not at all") {
  const Value replacements[] = {Value(),
                                Value(true),
                                Value(std::int64_t{-1}),
                                Value(std::uint64_t{0xFFFF'FFFF'FFFF'FFFF}),
                                Value(0.5),
                                Value(std::string()),
                                Value(std::string("x\0y", 3)),
                                Value(Value::Array{Value()}),
                                Value(Value::Object{})};
  for (const std::string name : {"podman-4.3-privileged-userns.json", "runc-1.1-spec-rootless.json"}) {
    Value root = document::json::parse(text_of(data(name)), "config.json");
    unsigned errors = 0;
    for (const Value& replacement : replacements) read_with_each_replaced(root, root, replacement, errors);
    CHECK(errors > 500);
  }
}

}  // namespace scrim::bundle::test
