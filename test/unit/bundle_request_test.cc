// SPDX-License-Identifier: Apache-2.0
#include "libprofile/resolve/bundle_request.h"

#include <catch2/catch.hpp>

#include "libprofile/document/file.h"
#include "libprofile/resolve/wanted.h"

using namespace scrim;
using namespace scrim::resolve;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;
using document::json::Value;

namespace {

// Annotations as a pod's author may write them.
constexpr const char* profile_local = R"("run.scrim.profile": "Localhost:a.json")";
constexpr const char* profile_default = R"("run.scrim.profile": "RuntimeDefault@docker")";
constexpr const char* profile_none = R"("run.scrim.profile": "Unconfined")";
constexpr const char* profile_bad = R"("run.scrim.profile": "Localhost:../a.json")";
constexpr const char* privileged = R"("run.scrim.privileged": "true")";
constexpr const char* unprivileged = R"("run.scrim.privileged": "false")";
constexpr const char* privileged_bad = R"("run.scrim.privileged": "yes")";
constexpr const char* pod_default = R"("seccomp.security.alpha.kubernetes.io/pod": "runtime/default")";
constexpr const char* pod_local = R"("seccomp.security.alpha.kubernetes.io/pod": "localhost/pod.json")";
constexpr const char* pod_bad = R"("seccomp.security.alpha.kubernetes.io/pod": "localhost//etc/x")";
constexpr const char* web_local =
    R"("io.kubernetes.cri.container-name": "web",
       "container.seccomp.security.alpha.kubernetes.io/web": "localhost/web.json")";
constexpr const char* web_none =
    R"("io.kubernetes.container.name": "web",
       "container.seccomp.security.alpha.kubernetes.io/web": "unconfined")";
constexpr const char* web_bad =
    R"("io.kubernetes.cri.container-name": "web",
       "container.seccomp.security.alpha.kubernetes.io/web": "on")";
constexpr const char* other_local =
    R"("io.kubernetes.cri.container-name": "web",
       "container.seccomp.security.alpha.kubernetes.io/other": "localhost/other.json")";

enum class Has : unsigned char { nothing, inlined, marks };

Value config_with(Has has, const std::vector<const char*>& annotations) {
  Value config =
      has == Has::marks
          ? document::json::parse(
                document::read_text(SCRIM_TEST_DATA "/resolve/docker-20.10-privileged.json"), "config.json")
          : document::json::parse(R"({"linux": {}})", "config.json");
  if (has == Has::inlined)
    config.find("linux")->set("seccomp", document::json::parse(R"({"defaultAction": "SCMP_ACT_ALLOW",
      "syscalls": [{"names": ["keyctl"], "action": "SCMP_ACT_ERRNO"}]})",
                                                               "config.json"));
  std::string members;
  for (const char* annotation : annotations)
    members += (members.empty() ? "" : ", ") + std::string(annotation);
  config.set("annotations", document::json::parse("{" + members + "}", "config.json"));
  return config;
}

RuntimeConfig settings(bool trusted, bool seccomp_default) {
  RuntimeConfig config;
  config.annotations_trusted = trusted;
  config.settings.seccomp_default = seccomp_default;
  return config;
}

// A row of the table of precedence in libprofile/resolve/README.md.
struct Row {
  const char* number;
  bool trusted;
  Has has;
  bool seccomp_default;
  std::vector<const char*> annotations;
  const char* wanted;  // as describe() says it; "privileged", "error"
  std::size_t warnings;
};

std::string outcome(const Row& row, std::size_t& warned) {
  document::Warnings warnings;
  try {
    const Request request = bundle_request(config_with(row.has, row.annotations), "config.json",
                                           settings(row.trusted, row.seccomp_default), warnings);
    warned = warnings.size();
    return request.privileged ? "privileged" : describe(request.wanted);
  } catch (const document::DocumentError&) {
    return "error";
  }
}

}  // namespace

TEST_CASE("the table of precedence holds row by row") {
  constexpr const char* inlined = "linux.seccomp of config.json";
  const std::vector<Row> rows{
      // Untrusted: an annotation never replaces, weakens or removes.
      {"U1", false, Has::inlined, false, {}, inlined, 0},
      {"U1", false, Has::inlined, true, {}, inlined, 0},
      {"U1", false, Has::inlined, false, {profile_none}, inlined, 1},
      {"U1", false, Has::inlined, false, {profile_default}, inlined, 1},
      {"U1", false, Has::inlined, false, {privileged}, inlined, 1},
      {"U1", false, Has::inlined, false, {web_none}, inlined, 1},
      {"U1", false, Has::inlined, false, {web_local, pod_default, profile_local, privileged}, inlined, 4},
      {"U1", false, Has::inlined, false, {profile_bad}, inlined, 1},
      {"U1", false, Has::inlined, false, {privileged_bad}, inlined, 1},
      {"U2", false, Has::marks, false, {}, "privileged", 0},
      {"U2", false, Has::marks, true, {}, "privileged", 0},
      {"U2", false, Has::marks, false, {profile_local}, "privileged", 1},
      {"U2", false, Has::marks, false, {unprivileged, pod_default}, "privileged", 2},
      {"U2", false, Has::marks, false, {profile_bad}, "privileged", 1},
      {"U3", false, Has::nothing, true, {}, "no profile", 0},
      {"U3", false, Has::nothing, true, {profile_none}, "no profile", 1},
      {"U3", false, Has::nothing, true, {privileged}, "no profile", 1},
      {"U3", false, Has::nothing, true, {profile_local, web_local, pod_default}, "no profile", 3},
      {"U3", false, Has::nothing, true, {web_bad}, "no profile", 1},
      {"U4", false, Has::nothing, false, {profile_local}, "Localhost:a.json", 0},
      {"U4",
       false,
       Has::nothing,
       false,
       {profile_default, web_local, pod_default},
       "RuntimeDefault@docker",
       0},
      {"U4", false, Has::nothing, false, {profile_default, web_bad}, "RuntimeDefault@docker", 1},
      {"U4", false, Has::nothing, false, {profile_bad}, "error", 0},
      {"U5", false, Has::nothing, false, {web_local, pod_default}, "Localhost:web.json", 0},
      {"U5", false, Has::nothing, false, {web_local, pod_bad}, "Localhost:web.json", 1},
      {"U5", false, Has::nothing, false, {web_bad, pod_default}, "error", 0},
      {"U6", false, Has::nothing, false, {pod_local}, "Localhost:pod.json", 0},
      {"U6", false, Has::nothing, false, {pod_local, other_local}, "Localhost:pod.json", 0},
      {"U6", false, Has::nothing, false, {pod_bad}, "error", 0},
      {"U7", false, Has::nothing, false, {}, "no profile", 0},
      // Unconfined and privileged count as if they were not there.
      {"U7", false, Has::nothing, false, {profile_none}, "no profile", 1},
      {"U7", false, Has::nothing, false, {privileged}, "no profile", 1},
      {"U7", false, Has::nothing, false, {privileged_bad}, "no profile", 1},
      {"U4", false, Has::nothing, false, {privileged, profile_local}, "Localhost:a.json", 1},
      {"U5", false, Has::nothing, false, {profile_none, web_local}, "Localhost:web.json", 1},
      {"U6", false, Has::nothing, false, {web_none, pod_default}, "RuntimeDefault", 1},

      // Trusted: whoever writes annotations decides.
      {"T1", true, Has::inlined, false, {privileged}, "privileged", 0},
      {"T1", true, Has::nothing, true, {privileged}, "privileged", 0},
      {"T1", true, Has::inlined, true, {privileged, profile_local, pod_default}, "privileged", 2},
      {"T1", true, Has::nothing, false, {privileged_bad}, "error", 0},
      {"T2", true, Has::inlined, false, {profile_local}, "Localhost:a.json", 0},
      {"T2", true, Has::inlined, true, {profile_none}, "Unconfined", 0},
      {"T2", true, Has::marks, false, {profile_local}, "Localhost:a.json", 0},
      {"T2", true, Has::nothing, false, {profile_default, web_local, pod_bad}, "RuntimeDefault@docker", 1},
      {"T2", true, Has::inlined, false, {profile_bad}, "error", 0},
      {"T3", true, Has::inlined, false, {}, inlined, 0},
      {"T3", true, Has::inlined, false, {web_none, pod_default}, inlined, 0},
      {"T3", true, Has::inlined, false, {unprivileged}, inlined, 0},
      {"T3", true, Has::inlined, false, {web_bad}, inlined, 1},
      {"T4", true, Has::marks, true, {}, "privileged", 0},
      {"T4", true, Has::marks, false, {web_local, pod_default}, "privileged", 2},
      {"T4", true, Has::marks, true, {unprivileged}, "no profile", 0},
      {"T5", true, Has::nothing, false, {web_local, pod_default}, "Localhost:web.json", 0},
      {"T5", true, Has::nothing, true, {web_none, pod_default}, "Unconfined", 0},
      {"T5", true, Has::marks, false, {unprivileged, web_local}, "Localhost:web.json", 0},
      {"T5", true, Has::nothing, false, {web_bad}, "error", 0},
      {"T6", true, Has::nothing, true, {pod_local}, "Localhost:pod.json", 0},
      {"T6", true, Has::nothing, false, {pod_bad}, "error", 0},
      {"T7", true, Has::nothing, false, {}, "no profile", 0},
      {"T7", true, Has::nothing, true, {other_local}, "no profile", 0},
  };
  for (const Row& row : rows) {
    std::string given;
    for (const char* annotation : row.annotations) given += std::string(annotation) + "\n";
    INFO("row " << row.number << ", seccompDefault " << row.seccomp_default << ", annotations:\n" << given);
    std::size_t warned = 0;
    CHECK(outcome(row, warned) == row.wanted);
    CHECK(warned == row.warnings);
  }
}

TEST_CASE("an ignored annotation is named with its place and the reason") {
  const Value config = document::json::parse(R"({"annotations": {"run.scrim.profile": "Unconfined"},
    "linux": {"seccomp": {"defaultAction": "SCMP_ACT_ALLOW"}}})",
                                             "/run/b/config.json");
  document::Warnings warnings;
  const Request request = bundle_request(config, "/run/b/config.json", {}, warnings);
  REQUIRE(warnings.size() == 1);
  CHECK(warnings[0].text ==
        "/run/b/config.json:1:39: annotation run.scrim.profile is ignored: linux.seccomp is "
        "there, and annotations are not trusted to replace it");
  CHECK(request.because == std::vector<std::string>{"/run/b/config.json has a profile in linux.seccomp"});
}

TEST_CASE("the request says which annotation asked") {
  document::Warnings warnings;
  CHECK(bundle_request(config_with(Has::nothing, {profile_local}), "config.json", settings(false, false),
                       warnings)
            .because.front() == "annotation run.scrim.profile asks for Localhost:a.json");
  CHECK(bundle_request(config_with(Has::inlined, {profile_local}), "config.json", settings(true, false),
                       warnings)
            .because.front() ==
        "annotation run.scrim.profile asks for Localhost:a.json, in place of linux.seccomp");
}

TEST_CASE("a container recognised as privileged says by what") {
  document::Warnings warnings;
  const Request request =
      bundle_request(config_with(Has::marks, {}), "config.json", settings(false, true), warnings);
  REQUIRE(request.because.size() == 1);
  CHECK_THAT(request.because[0], StartsWith("recognised as privileged") && Contains("38 capabilities"));
}

TEST_CASE("a linux.seccomp that says nothing is no profile") {
  const auto* const seccomp = GENERATE("null", "{}", R"({"defaultAction": "", "syscalls": []})",
                                       R"({"architectures": ["SCMP_ARCH_X86"]})");
  CAPTURE(seccomp);
  const Value config =
      document::json::parse(R"({"linux": {"seccomp": )" + std::string(seccomp) + "}}", "config.json");
  document::Warnings warnings;
  CHECK(describe(bundle_request(config, "config.json", {}, warnings).wanted) == "no profile");
}

TEST_CASE("a config.json whose request cannot be read is refused with its place") {
  struct Bad {
    const char* text;
    const char* says;
  };
  const Bad bad = GENERATE(values<Bad>({
      {"[]", "config.json:1:1: must be an object, not an array"},
      {R"({"linux": []})", "config.json:1:11: linux must be an object"},
      {R"({"linux": {"seccomp": "RuntimeDefault"}})", "seccomp must be an object, not a string"},
      {R"({"linux": {"seccomp": {"defaultAction": "SCMP_ACT_NONE"}}})", "SCMP_ACT_NONE"},
      {R"({"annotations": "x"})", "annotations must be an object, not a string"},
      {R"({"annotations": {"run.scrim.profile": true}})", "annotation run.scrim.profile must be a string"},
      {R"({"annotations": {"run.scrim.privileged": true}})",
       "annotation run.scrim.privileged must be a string"},
      {R"({"annotations": {"run.scrim.profile": "RuntimeDefault@rkt"}})", "config.json:1:39: annotation"},
  }));
  CAPTURE(bad.text);
  const Value config = document::json::parse(bad.text, "config.json");
  document::Warnings warnings;
  CHECK_THROWS_AS(bundle_request(config, "config.json", {}, warnings), document::DocumentError);
  CHECK_THROWS_WITH(bundle_request(config, "config.json", {}, warnings), Contains(bad.says));
}

TEST_CASE("a pod sandbox keeps the profile that the engine gave it") {
  Value config = config_with(Has::inlined, {R"("io.kubernetes.cri.container-type": "sandbox")"});
  document::Warnings warnings;
  CHECK(describe(bundle_request(config, "config.json", {}, warnings).wanted) ==
        "linux.seccomp of config.json");
  CHECK(warnings.empty());
}

TEST_CASE("the bounding set of a config.json leaves out names that are unknown") {
  const Value config = document::json::parse(R"({"process": {"capabilities": {"bounding":
    ["CAP_CHOWN", "CAP_FLY", 7, "CAP_SYS_ADMIN"], "effective": ["CAP_KILL"]}}})",
                                             "config.json");
  const CapabilitySet set = bounding_set(config);
  CHECK(set.has("CAP_CHOWN"));
  CHECK(set.has("CAP_SYS_ADMIN"));
  CHECK_FALSE(set.has("CAP_KILL"));
  CHECK(bounding_set(document::json::parse("{}", "config.json")) == CapabilitySet{});
  CHECK(bounding_set(document::json::parse(R"({"process": 1})", "config.json")) == CapabilitySet{});
}
