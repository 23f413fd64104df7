// SPDX-License-Identifier: Apache-2.0
#include "libprofile/kubernetes/pod_security.h"

#include <catch2/catch.hpp>
#include <string>

#include "libprofile/document/file.h"
#include "libprofile/document/yaml.h"
#include "libprofile/kubernetes/read_pods.h"

using namespace scrim;
using document::json::Value;
using kubernetes::Level;

namespace {

kubernetes::Pod pod_of(const std::string& yaml) {
  return kubernetes::read_pods(document::yaml::parse(yaml, "f"), "f").pods.front();
}

std::string said(const kubernetes::Pod& pod, Level level, std::string_view version) {
  return text_of(violations(pod, level, kubernetes::parse_version(version)));
}

constexpr const char* restricted_pod = R"(
kind: Pod
spec:
  securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
  containers:
  - name: a
    securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
)";

}  // namespace

TEST_CASE("Pod Security says of pods what Kubernetes' own checks say, word for word") {
  const std::string file = SCRIM_TEST_DATA "/kubernetes/pod_security.json";
  const Value cases = document::json::parse(document::read_text(file), file);
  REQUIRE(cases.array()->size() > 20);
  std::size_t refused = 0;
  for (const Value& each : *cases.array()) {
    const kubernetes::Pod pod = kubernetes::read_pods({*each.find("pod")}, file).pods.front();
    for (const auto& [version, at, expected] : *each.find("violations")->object()) {
      CAPTURE(version, to_text(*each.find("pod")));
      CHECK(said(pod, Level::baseline, version) == *expected.find("baseline")->string());
      CHECK(said(pod, Level::restricted, version) == *expected.find("restricted")->string());
      CHECK(said(pod, Level::privileged, version).empty());
      refused += expected.find("baseline")->string()->empty() ? 0 : 1;
    }
  }
  CHECK(refused > 20);
}

TEST_CASE("a pod that meets restricted, and what takes that away") {
  const std::string yaml = restricted_pod;
  CHECK(said(pod_of(yaml), Level::restricted, "1.37").empty());
  CHECK(said(pod_of("kind: Pod\nspec:\n  containers: [{name: a}, {name: b}]\n"), Level::restricted, "1.30") ==
        "allowPrivilegeEscalation != false (containers \"a\", \"b\" must set "
        "securityContext.allowPrivilegeEscalation=false), unrestricted capabilities (containers \"a\", \"b\" "
        "must set securityContext.capabilities.drop=[\"ALL\"]), runAsNonRoot != true (pod or containers "
        "\"a\", \"b\" must set securityContext.runAsNonRoot=true), seccompProfile (pod or containers \"a\", "
        "\"b\" must set securityContext.seccompProfile.type to \"RuntimeDefault\" or \"Localhost\")");
  CHECK(said(pod_of(yaml + "  hostNetwork: true\n"), Level::baseline, "1.30") ==
        "host namespaces (hostNetwork=true)");
}

TEST_CASE("in the host's network a container's ports are the host's") {
  const std::string ports =
      "  hostNetwork: true\n  initContainers: [{name: i, ports: [{containerPort: 443}]}]\n";
  CHECK(said(pod_of(restricted_pod + ports), Level::baseline, "1.30") ==
        "host namespaces (hostNetwork=true), hostPort (container \"i\" uses hostPort 443)");
}

TEST_CASE("levels have names") {
  for (const Level level : {Level::privileged, Level::baseline, Level::restricted})
    CHECK(kubernetes::level_named(name_of(level)) == level);
  CHECK_FALSE(kubernetes::level_named("Restricted"));
}

TEST_CASE("Kubernetes versions") {
  CHECK(kubernetes::parse_version("1.27") == kubernetes::Version{1, 27});
  CHECK(kubernetes::parse_version("v1.27.3") == kubernetes::Version{1, 27});
  CHECK(kubernetes::parse_version("v1.29.4-gke.1043002") == kubernetes::Version{1, 29});
  CHECK(kubernetes::Version{1, 9} < kubernetes::Version{1, 10});
  for (const char* text : {"", "1", "1.", "2.0", "1.x", "1.27x", "latest", "-1.2", "1.99999999999"})
    CHECK_THROWS_AS(kubernetes::parse_version(text), Error);
}
