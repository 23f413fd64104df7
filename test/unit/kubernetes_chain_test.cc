// SPDX-License-Identifier: Apache-2.0
#include "libprofile/kubernetes/chain.h"

#include <catch2/catch.hpp>
#include <string>

#include "libprofile/document/yaml.h"
#include "libprofile/kubernetes/read_pods.h"
#include "libprofile/kubernetes/validation.h"
#include "libprofile/resolve/wanted.h"
#include "libprofile/text.h"

using namespace scrim;
using kubernetes::Pod;

namespace {

// What stands where in a pod with one container, "a": the values of annotations and of seccompProfile fields.
struct Says {
  std::string pod_field = {};
  std::string pod_annotation = {};
  std::string container_field = {};
  std::string container_annotation = {};
  std::string more = {};  // of the container's securityContext
  std::string spec = {};  // more of the spec
};

std::string field_of(const std::string& profile) {
  return profile.empty() ? "" : concat("seccompProfile: {", profile, "}");
}

Pod pod_of(const Says& says) {
  std::string yaml = "kind: Pod\nmetadata:\n  name: p\n  annotations:\n    of: test\n";
  if (!says.pod_annotation.empty())
    yaml += concat("    seccomp.security.alpha.kubernetes.io/pod: ", says.pod_annotation, "\n");
  if (!says.container_annotation.empty())
    yaml += concat("    container.seccomp.security.alpha.kubernetes.io/a: ", says.container_annotation, "\n");
  yaml += concat("spec:\n  securityContext: {", field_of(says.pod_field), "}\n", says.spec,
                 "  containers:\n  - name: a\n    securityContext: {", field_of(says.container_field),
                 says.container_field.empty() || says.more.empty() ? "" : ", ", says.more, "}\n");
  return kubernetes::read_pods(document::yaml::parse(yaml, "f"), "f").pods.front();
}

kubernetes::Asked asked(const Pod& pod, std::string_view version) {
  return asked_for(pod, pod.containers.front(), kubernetes::parse_version(version));
}

std::string refusals(const Pod& pod, std::string_view version) {
  std::string out;
  for (const kubernetes::FieldError& error : validate(pod, kubernetes::parse_version(version)))
    out += (out.empty() ? "" : "\n") + text_of(error);
  return out;
}

const std::string runtime_default = "type: RuntimeDefault";
const std::string unconfined = "type: Unconfined";
const std::string localhost = "type: Localhost, localhostProfile: web.json";

}  // namespace

TEST_CASE("who decides a container's profile") {
  struct Row {
    Says says;
    const char* version;
    const char* wanted;
  };
  const Row row = GENERATE(
      Row{{}, "1.37", "no profile"}, Row{{.pod_field = runtime_default}, "1.37", "RuntimeDefault"},
      Row{{.pod_field = runtime_default, .container_field = unconfined}, "1.37", "Unconfined"},
      Row{{.pod_field = unconfined, .container_field = localhost}, "1.37", "Localhost:web.json"},
      Row{{.container_field = "type: Other"}, "1.37", "Unconfined"},
      // annotations: read until 1.24, copied to the fields until 1.26, inert since
      Row{{.pod_annotation = "runtime/default"}, "1.18", "RuntimeDefault"},
      Row{{.pod_annotation = "docker/default"}, "1.24", "RuntimeDefault"},
      Row{{.pod_annotation = "localhost/web.json"}, "1.26", "Localhost:web.json"},
      Row{{.pod_annotation = "runtime/default"}, "1.27", "no profile"},
      Row{{.pod_annotation = "runtime/default", .container_annotation = "unconfined"}, "1.18", "Unconfined"},
      Row{{.container_annotation = "unconfined"}, "1.27", "no profile"},
      // the container's annotation comes before the pod's field, and the field of either before its
      // annotation
      Row{{.pod_field = runtime_default, .container_annotation = "unconfined"}, "1.24", "Unconfined"},
      Row{{.pod_field = runtime_default, .container_annotation = "unconfined"}, "1.26", "Unconfined"},
      Row{{.pod_field = runtime_default, .container_annotation = "unconfined"}, "1.27", "RuntimeDefault"},
      Row{{.pod_field = runtime_default, .pod_annotation = "unconfined"}, "1.24", "RuntimeDefault"},
      Row{{.container_field = localhost, .container_annotation = "unconfined"}, "1.24", "Localhost:web.json"},
      // no fields before 1.19
      Row{{.pod_field = runtime_default, .pod_annotation = "unconfined"}, "1.18", "Unconfined"},
      Row{{.container_field = runtime_default}, "1.18", "no profile"},
      Row{{.container_field = runtime_default}, "1.19", "RuntimeDefault"},
      // Windows
      Row{{.pod_field = runtime_default, .spec = "  os: {name: windows}\n"}, "1.30", "Unconfined"});
  CAPTURE(row.says.pod_field, row.says.pod_annotation, row.says.container_field,
          row.says.container_annotation, row.version);
  const kubernetes::Asked asks = asked(pod_of(row.says), row.version);
  CHECK(describe(asks.request.wanted) == row.wanted);
  CHECK(asks.refusal.empty());
  CHECK_FALSE(asks.request.because.empty());
}

TEST_CASE("the chain names the field and its place") {
  const kubernetes::Asked asks = asked(pod_of({.pod_field = localhost}), "1.30");
  REQUIRE(asks.request.because.size() == 1);
  CHECK(asks.request.because.front() ==
        "f:7:44: spec.securityContext.seccompProfile asks for \"Localhost\" \"web.json\"");
}

TEST_CASE("privileged is said, and what was asked for with it") {
  const kubernetes::Asked asks =
      asked(pod_of({.container_field = runtime_default, .more = "privileged: true"}), "1.30");
  CHECK(asks.request.privileged);
  CHECK(describe(asks.request.wanted) == "RuntimeDefault");
  CHECK(asks.request.because.back() == "spec.containers[0].securityContext.privileged is true");
}

TEST_CASE("annotations are warned of in Kubernetes' words") {
  const Pod pod = pod_of({.pod_annotation = "runtime/default"});
  const auto warning = [&](std::string_view version) {
    const kubernetes::Asked asks = asked(pod, version);
    return asks.warnings.empty() ? std::string() : asks.warnings.front().text;
  };
  const std::string key = "metadata.annotations[seccomp.security.alpha.kubernetes.io/pod]: ";
  CHECK(warning("1.37") == key + "non-functional in v1.27+; use the \"seccompProfile\" field instead");
  CHECK(warning("1.25") == key +
                               "deprecated since v1.19, non-functional in a future release; use the "
                               "\"seccompProfile\" field instead");
  CHECK(warning("1.24") ==
        key + "deprecated since v1.19, non-functional in v1.25+; use the \"seccompProfile\" field instead");
  CHECK(asked(pod_of({.pod_field = runtime_default, .pod_annotation = "runtime/default"}), "1.30")
            .warnings.empty());
}

TEST_CASE("what the kubelet cannot ask for") {
  CHECK(asked(pod_of({.container_field = "type: Localhost"}), "1.30").refusal ==
        "localhostProfile must be set if seccompProfile type is Localhost.");
  CHECK(asked(pod_of({.container_field = "type: Localhost, localhostProfile: ''"}), "1.30").refusal ==
        "localhostProfile must be set if seccompProfile type is Localhost.");
  CHECK_FALSE(asked(pod_of({.pod_annotation = "nonsense"}), "1.24").refusal.empty());
}

TEST_CASE("fields are validated as the API server does it, in its words") {
  struct Row {
    Says says;
    const char* version;
    std::string errors;
  };
  const std::string own = "spec.containers[0].securityContext.seccompProfile.";
  const std::string pods = "spec.securityContext.seccompProfile.";
  const std::string annotation = "metadata.annotations.seccomp.security.alpha.kubernetes.io/pod: ";
  const Row row = GENERATE_COPY(
      Row{{.pod_field = localhost, .container_field = runtime_default}, "1.37", ""},
      Row{{.container_field = "localhostProfile: null"},
          "1.37",
          own + "type: Required value: type is required when seccompProfile is set"},
      Row{{.pod_field = "type: runtime/default"},
          "1.37",
          pods + "type: Unsupported value: \"runtime/default\": supported values: \"Localhost\", "
                 "\"RuntimeDefault\", \"Unconfined\""},
      Row{{.pod_field = "type: Localhost"},
          "1.37",
          pods + "localhostProfile: Required value: must be set when seccomp type is Localhost"},
      Row{{.pod_field = "type: Localhost, localhostProfile: /etc/x"},
          "1.37",
          pods + "localhostProfile: Invalid value: \"/etc/x\": must be a relative path"},
      Row{{.pod_field = "type: Localhost, localhostProfile: a/../b"},
          "1.37",
          pods + "localhostProfile: Invalid value: \"a/../b\": must not contain '..'"},
      Row{{.pod_field = "type: Localhost, localhostProfile: a..b"}, "1.37", ""},
      Row{{.pod_field = "type: RuntimeDefault, localhostProfile: x"},
          "1.37",
          pods + "localhostProfile: Invalid value: can only be set when seccomp type is Localhost"},
      Row{{.pod_field = "type: RuntimeDefault, localhostProfile: x"}, "1.18", ""},
      Row{{.pod_field = unconfined, .pod_annotation = "runtime/default"},
          "1.37",
          pods + "type: Forbidden: seccomp type in annotation and field must match"},
      Row{{.pod_field = runtime_default, .pod_annotation = "docker/default"}, "1.37", ""},
      Row{{.pod_field = localhost, .pod_annotation = "localhost/other.json"},
          "1.24",
          pods + "localhostProfile: Forbidden: seccomp profile in annotation and field must match"},
      Row{{.container_field = localhost, .container_annotation = "unconfined"},
          "1.24",
          own + "type: Forbidden: seccomp type in annotation and field must match"},
      Row{{.pod_annotation = "Unconfined"},
          "1.37",
          annotation + "Invalid value: \"Unconfined\": must be a valid seccomp profile"},
      Row{{.pod_annotation = "localhost//x"},
          "1.18",
          annotation + "Invalid value: \"/x\": must be a relative path"},
      Row{{.pod_field = runtime_default, .spec = "  os: {name: windows}\n"},
          "1.30",
          "spec.securityContext.seccompProfile: Forbidden: cannot be set for a windows pod"},
      Row{{.more = "procMount: Unmasked"},
          "1.33",
          "spec.containers[0].securityContext.procMount: Invalid value: \"Unmasked\": `hostUsers` must be "
          "false to use `Unmasked`"},
      Row{{.more = "procMount: Unmasked", .spec = "  hostUsers: false\n"}, "1.33", ""},
      Row{{.more = "allowPrivilegeEscalation: false, privileged: true"},
          "1.33",
          "spec.containers[0].securityContext: Invalid value: cannot set `allowPrivilegeEscalation` to false "
          "and `privileged` to true"});
  CAPTURE(row.says.pod_field, row.says.container_field, row.says.pod_annotation, row.version);
  CHECK(refusals(pod_of(row.says), row.version) == row.errors);
}
