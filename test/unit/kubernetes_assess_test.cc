// SPDX-License-Identifier: Apache-2.0
#include "libprofile/kubernetes/assess.h"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "libprofile/document/yaml.h"
#include "libprofile/kubernetes/container_process.h"
#include "libprofile/kubernetes/read_pods.h"
#include "libprofile/text.h"

using namespace scrim;
using kubernetes::ContainerAssessment;
using kubernetes::Manifest;
using kubernetes::Node;
using kubernetes::Starts;

namespace {

Manifest manifest_of(const std::string& yaml) {
  return kubernetes::read_pods(document::yaml::parse(yaml, "f"), "f");
}

// Of the first container of the first pod.
ContainerAssessment assessed(const std::string& yaml, const Node& node) {
  return assess(manifest_of(yaml).pods.front(), node).containers.front();
}

// "kind name [container kind/name …]" for each pod.
std::string summary(const Manifest& manifest) {
  std::string out;
  for (const kubernetes::Pod& pod : manifest.pods) {
    out += concat(out.empty() ? "" : "; ", pod.kind, " ", pod.name);
    for (const kubernetes::Container& each : pod.containers)
      out += concat(" ", name_of(each.kind), "/", each.name, "@", each.path);
  }
  return out;
}

std::string refusal(const std::string& yaml) {
  try {
    (void)manifest_of(yaml);
  } catch (const document::DocumentError& error) {
    return error.what();
  }
  return "accepted";
}

class Root {
 public:
  Root() {
    std::string name = "/tmp/scrim-unit-pod-XXXXXX";
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path = name;
  }
  Root(const Root&) = delete;
  Root& operator=(const Root&) = delete;
  ~Root() { std::filesystem::remove_all(path); }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(path + "/" + name) << text;
  }
  std::string path;
};

constexpr const char* silent_pod = "kind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: a}]}\n";

std::string with_context(std::string_view context) {
  return concat("kind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: a, securityContext: {", context,
                "}}]}\n");
}

}  // namespace

TEST_CASE("pods are found in every kind that has them") {
  CHECK(summary(manifest_of(silent_pod)) == "Pod p container/a@spec.containers[0]");
  for (const char* kind :
       {"Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "ReplicationController", "Job"}) {
    CAPTURE(kind);
    CHECK(summary(manifest_of(
              concat("kind: ", kind,
                     "\nmetadata: {name: w}\nspec: {template: {spec: {containers: [{name: a}]}}}\n"))) ==
          concat(kind, " w container/a@spec.template.spec.containers[0]"));
  }
  CHECK(
      summary(manifest_of("kind: CronJob\nmetadata: {name: c}\nspec: {jobTemplate: {spec: {template: {spec: "
                          "{containers: [{name: a}]}}}}}\n")) ==
      "CronJob c container/a@spec.jobTemplate.spec.template.spec.containers[0]");
  CHECK(summary(manifest_of(
            "kind: PodTemplate\nmetadata: {name: t}\ntemplate: {spec: {containers: [{name: a}]}}\n")) ==
        "PodTemplate t container/a@template.spec.containers[0]");
  CHECK(summary(manifest_of(
            "kind: List\nitems:\n- kind: Pod\n  spec: {}\n- kind: Service\n- kind: List\n  items: "
            "[{kind: Pod, metadata: {name: q}, spec: {}}]\n")) == "Pod ; Pod q");
  CHECK(summary(manifest_of("kind: PodList\nitems: [{metadata: {name: x}, spec: {}}]\n")) == "Pod x");
  CHECK(summary(manifest_of(concat(silent_pod, "---\n", silent_pod))).find("; Pod p") != std::string::npos);
  CHECK(manifest_of("kind: Service\n---\nkind: Service\n---\nkind: Secret\n").other_kinds ==
        std::vector<std::string>{"Service", "Secret"});
}

TEST_CASE("every kind of container is visited in Kubernetes' order") {
  CHECK(summary(manifest_of(R"(
kind: Pod
spec:
  ephemeralContainers: [{name: debug}]
  containers: [{name: main}]
  initContainers: [{name: first}, {name: proxy, restartPolicy: Always}]
)")) == "Pod  init/first@spec.initContainers[0] sidecar/proxy@spec.initContainers[1] "
        "container/main@spec.containers[0] ephemeral/debug@spec.ephemeralContainers[0]");
}

TEST_CASE("what is no pod is an error with its place") {
  CHECK(refusal("kind: Pod\n") == "f:1:1: a Pod without spec");
  CHECK(refusal("[1]") == "f:1:1: an object of Kubernetes must be an object, not an array");
  CHECK(refusal("a: b") == "f:1:1: no object of Kubernetes: it has no kind");
  CHECK(refusal("kind: Pod\nspec: {containers: [{name: a, securityContext: {privileged: 'true'}}]}") ==
        "f:2:61: spec.containers[0].securityContext.privileged must be a boolean, not a string (\"true\")");
  CHECK(refusal("kind: Pod\nspec: {securityContext: {runAsUser: root}}").find("must be an integer") !=
        std::string::npos);
  CHECK(refusal("kind: Pod\nspec: {containers: {name: a}}").find("spec.containers must be an array") !=
        std::string::npos);
  CHECK(refusal("kind: Pod\nspec: {containers: [a]}").find("spec.containers[0] must be an object") !=
        std::string::npos);
  CHECK(refusal("kind: Pod\nspec: {securityContext: null, containers: null, volumes: ~}") == "accepted");
}

TEST_CASE("a field that does not exist is a warning with the one that does") {
  const kubernetes::Pod pod = manifest_of(with_context("seccompProfil: {type: RuntimeDefault}")).pods.front();
  REQUIRE(pod.warnings.size() == 1);
  CHECK(pod.warnings.front().text.find("unknown field \"spec.containers[0].securityContext.seccompProfil\" "
                                       "(did you mean seccompProfile?)") != std::string::npos);
}

TEST_CASE("a pod that says nothing, under both kubelet settings") {
  Node node;
  ContainerAssessment off = assessed(silent_pod, node);
  CHECK(off.profile == "Unconfined");
  CHECK_FALSE(off.confined);
  CHECK(is_finding(off, {}));
  node.kubelet.seccomp_default = true;
  ContainerAssessment on = assessed(silent_pod, node);
  CHECK(on.profile.starts_with("RuntimeDefault@containerd-"));
  CHECK_FALSE(is_finding(on, {}));
  CHECK(on.because[1] == "no profile is asked for, and seccompDefault makes that RuntimeDefault");
}

TEST_CASE("privileged discards the profile") {
  const ContainerAssessment out =
      assessed(with_context("privileged: true, seccompProfile: {type: RuntimeDefault}"), {});
  CHECK(out.profile == "Unconfined");
  CHECK(out.warnings.front().text == "privileged discards the profile that is asked for: RuntimeDefault");
  CHECK(is_finding(out, {}));
}

TEST_CASE("a Localhost file is looked for, and linted") {
  const Root root;
  Node node;
  node.profile_root = root.path;
  const std::string pod = with_context("seccompProfile: {type: Localhost, localhostProfile: web.json}");
  const ContainerAssessment missing = assessed(pod, node);
  CHECK(missing.starts == Starts::no);
  CHECK(missing.hindrance.starts_with("CreateContainerError: cannot load seccomp profile \"" + root.path +
                                      "/web.json\": No such file or directory"));
  root.write("web.json", "{");
  CHECK(assessed(pod, node).starts == Starts::no);
  root.write("web.json", R"({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": []})");
  const ContainerAssessment there = assessed(pod, node);
  CHECK(there.starts == Starts::yes);
  CHECK(there.confined);
  CHECK_FALSE(there.lint.empty());
  root.write("web.json", R"({"defaultAction": "SCMP_ACT_ERRNO", "syscalls": []})");
  CHECK(assessed(pod, node).starts == Starts::no);
  node.profile_root = root.path + "/none";
  CHECK(assessed(pod, node).starts == Starts::no);
}

TEST_CASE("the bounding set of a container") {
  using defaults::Engine;
  const auto bits = [](std::vector<std::string> add, std::vector<std::string> drop,
                       Engine engine = Engine::containerd) {
    kubernetes::SecurityContext context;
    context.add = std::move(add);
    context.drop = std::move(drop);
    return bounding_set(context, engine).set;
  };
  const resolve::CapabilitySet engines = resolve::capabilities_named("DEFAULT", 0);
  CHECK(bits({}, {}) == engines);
  CHECK(bits({}, {"ALL"}).bits() == 0);
  CHECK(bits({"NET_BIND_SERVICE"}, {"all"}) == resolve::capabilities_named("NET_BIND_SERVICE", 40));
  CHECK(bits({"ALL"}, {"KILL"}).bits() == (resolve::capabilities_named("ALL", 40).bits() & ~(1ULL << 5)));
  CHECK(bits({"SYS_ADMIN"}, {}).has("CAP_SYS_ADMIN"));
  CHECK_FALSE(bits({}, {}, Engine::cri_o).has("CAP_SYS_CHROOT"));
  kubernetes::SecurityContext privileged;
  privileged.privileged = true;
  privileged.drop = {"ALL"};
  CHECK(bounding_set(privileged, Engine::docker).set.has("CAP_SYS_ADMIN"));
  kubernetes::SecurityContext odd;
  odd.add = {"NONSENSE"};
  CHECK(bounding_set(odd, Engine::docker).unknown == std::vector<std::string>{"NONSENSE"});
}

TEST_CASE("a kubelet's configuration") {
  const auto read = [](const std::string& yaml) {
    return kubernetes::read_kubelet({{"k", document::yaml::parse(yaml, "k")}});
  };
  CHECK_FALSE(read("kind: KubeletConfiguration\n").seccomp_default);
  CHECK(read("kind: KubeletConfiguration\nseccompDefault: true\n").seccomp_default);
  CHECK(read("kind: KubeletConfiguration\nseccompDefault: true\n").because.front() ==
        "k:2:17: seccompDefault is true");
  CHECK(read("kind: KubeletConfiguration\nseccompDefault: true\nfeatureGates: {SeccompDefault: false}")
            .warnings.size() == 1);
  CHECK_THROWS_AS(read("kind: Pod\n"), document::DocumentError);
  CHECK_THROWS_AS(read(""), document::DocumentError);
  CHECK_THROWS_AS(read("kind: KubeletConfiguration\nseccompDefault: 'true'\n"), document::DocumentError);
  kubernetes::Kubelet kubelet;
  kubelet.seccomp_default = true;
  fit_to_version(kubelet, {1, 25});
  CHECK((kubelet.seccomp_default && kubelet.warnings.empty()));
  fit_to_version(kubelet, {1, 24});
  CHECK((kubelet.seccomp_default && kubelet.warnings.size() == 1));
  fit_to_version(kubelet, {1, 21});
  CHECK_FALSE(kubelet.seccomp_default);
}
