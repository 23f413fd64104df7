// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "libprofile/document/read_profile.h"
#include "libprofile/error.h"
#include "libprofile/resolve/bundle_request.h"

using namespace scrim;
using namespace scrim::resolve;
using document::json::Value;

namespace {

Value parse(const std::string& text) {
  return document::json::parse(text, "config.json");
}

Resolution resolved() {
  document::Warnings warnings;
  Resolution resolution;
  resolution.name = "Localhost:a.json";
  resolution.seccomp =
      document::read_oci_seccomp(parse(R"({"defaultAction": "SCMP_ACT_LOG"})"), "a.json", warnings);
  return resolution;
}

}  // namespace

TEST_CASE("the resolved profile takes the place of linux.seccomp, and everything else stays") {
  Value config =
      parse(R"({"hostname": "h", "linux": {"seccomp": {"defaultAction": "SCMP_ACT_KILL"}, "x": [1.5]},
                           "annotations": {"a": "b", "run.scrim.resolved": "old"}})");
  write_resolution(config, resolved());
  CHECK(*config.find("linux")->find("seccomp")->find("defaultAction")->string() == "SCMP_ACT_LOG");
  CHECK(document::json::to_text(*config.find("linux")->find("x")) == "[1.5]");
  CHECK(document::json::to_text(*config.find("annotations")) ==
        R"({"a":"b","run.scrim.resolved":"Localhost:a.json"})");
  CHECK(*config.find("hostname")->string() == "h");
}

TEST_CASE("Unconfined takes linux.seccomp away, however often it is there") {
  Value config = parse(R"({"linux": {"seccomp": {"defaultAction": "SCMP_ACT_KILL"}, "seccomp": {}}})");
  Resolution unconfined;
  unconfined.name = "Unconfined";
  write_resolution(config, unconfined);
  CHECK(document::json::to_text(config) ==
        R"({"linux":{},"annotations":{"run.scrim.resolved":"Unconfined"}})");
}

TEST_CASE("only one linux.seccomp is left, so that every reader sees the same") {
  Value config = parse(R"({"linux": {"seccomp": {}, "seccomp": {"defaultAction": "SCMP_ACT_KILL"}}})");
  write_resolution(config, resolved());
  CHECK(config.find("linux")->object()->size() == 1);
}

TEST_CASE("a program for crun in the annotations goes, with a warning: it would replace the profile") {
  Value config = parse(
      R"({"annotations": {"run.oci.seccomp_bpf_data": "BgAAAAAA/38=", "run.oci.seccomp_bpf_data": "x"}})");
  document::Warnings warnings;
  const Request request = bundle_request(config, "config.json", {}, warnings);
  REQUIRE(warnings.size() == 1);
  CHECK(warnings.front().text.find("annotation run.oci.seccomp_bpf_data is ignored") != std::string::npos);
  write_resolution(config, resolve::resolve(request, {}, {}));
  CHECK(config.find("annotations")->find("run.oci.seccomp_bpf_data") == nullptr);
}

TEST_CASE("a floor besides a profile is not written: one linux.seccomp cannot say both") {
  Value config = parse("{}");
  Resolution both = resolved();
  both.floor = both.seccomp;
  CHECK_THROWS_AS(write_resolution(config, both), Error);
}

TEST_CASE("missing parts of config.json are made") {
  Value config = parse(R"({"annotations": null})");
  write_resolution(config, resolved());
  CHECK(config.find("linux")->find("seccomp") != nullptr);
  CHECK(*config.find("annotations")->find("run.scrim.resolved")->string() == "Localhost:a.json");
}

TEST_CASE("a profile that stays keeps fields of a later runtime-spec") {
  Value config =
      parse(R"({"linux": {"seccomp": {"defaultAction": "SCMP_ACT_ALLOW", "fromTheFuture": true}}})");
  document::Warnings warnings;
  const Request request = bundle_request(config, "config.json", {}, warnings);
  write_resolution(config, resolve::resolve(request, {}, {}));
  CHECK(config.find("linux")->find("seccomp")->find("fromTheFuture") != nullptr);
  CHECK(*config.find("annotations")->find("run.scrim.resolved")->string() == "config.json");
}

TEST_CASE("a config.json whose parts have the wrong type is refused") {
  for (const char* text : {"[]", R"({"linux": 1})", R"({"annotations": []})"}) {
    Value config = parse(text);
    CHECK_THROWS_AS(write_resolution(config, resolved()), Error);
  }
}
