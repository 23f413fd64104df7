// SPDX-License-Identifier: Apache-2.0
#include "libprofile/kubernetes/read_pods.h"

#include <array>
#include <unordered_set>

#include "libprofile/document/field_reader.h"
#include "libprofile/kubernetes/fields.h"
#include "libprofile/text.h"

namespace scrim::kubernetes {

using document::json::Member;
using document::json::Value;

std::string_view name_of(ContainerKind kind) {
  switch (kind) {
    case ContainerKind::init:
      return "init";
    case ContainerKind::sidecar:
      return "sidecar";
    case ContainerKind::container:
      return "container";
    case ContainerKind::ephemeral:
      return "ephemeral";
  }
  return "container";
}

namespace {

// The fields of core/v1 of Kubernetes 1.37 (staging/src/k8s.io/api/core/v1/types.go).
constexpr const char* pod_spec_fields =
    "volumes initContainers containers ephemeralContainers restartPolicy "
    "terminationGracePeriodSeconds dnsPolicy activeDeadlineSeconds nodeSelector "
    "serviceAccountName serviceAccount automountServiceAccountToken nodeName hostNetwork "
    "hostPID hostIPC securityContext shareProcessNamespace imagePullSecrets hostname subdomain "
    "affinity schedulerName tolerations hostAliases priorityClassName priority dnsConfig "
    "readinessGates runtimeClassName preemptionPolicy enableServiceLinks overhead "
    "topologySpreadConstraints os setHostnameAsFQDN hostUsers schedulingGates resourceClaims "
    "resources hostnameOverride workloadRef schedulingGroup evictionResponders";
constexpr const char* container_fields =
    "name image command args workingDir ports envFrom env resources resizePolicy restartPolicy "
    "restartPolicyRules volumeMounts volumeDevices livenessProbe readinessProbe startupProbe "
    "lifecycle stdin terminationMessagePath stdinOnce imagePullPolicy tty "
    "terminationMessagePolicy targetContainerName securityContext";
constexpr const char* container_context_fields =
    "capabilities privileged seLinuxOptions windowsOptions runAsUser runAsGroup runAsNonRoot "
    "seccompProfile readOnlyRootFilesystem procMount allowPrivilegeEscalation appArmorProfile";
constexpr const char* pod_context_fields =
    "seLinuxOptions windowsOptions runAsUser runAsGroup runAsNonRoot supplementalGroups fsGroup "
    "sysctls supplementalGroupsPolicy fsGroupChangePolicy seccompProfile appArmorProfile "
    "seLinuxChangePolicy";
constexpr const char* seccomp_fields = "type localhostProfile";
constexpr const char* capability_fields = "add drop";

SecurityContext read_context(const Fields& from, std::string_view known, Pod& pod) {
  SecurityContext context;
  context.at = from.position();
  from.check(known, pod.warnings);
  if (const Fields seccomp = from.object("seccompProfile"); seccomp.is_set()) {
    seccomp.check(seccomp_fields, pod.warnings);
    context.seccomp_profile =
        SeccompProfile{seccomp.position(), seccomp.text_or_empty("type"), seccomp.text("localhostProfile"),
                       seccomp.position_of("type"), seccomp.position_of("localhostProfile")};
  }
  if (const Fields app_armor = from.object("appArmorProfile"); app_armor.is_set())
    context.app_armor_type = app_armor.text_or_empty("type");
  if (const Fields options = from.object("seLinuxOptions"); options.is_set())
    context.se_linux_options = SeLinuxOptions{options.text_or_empty("user"), options.text_or_empty("role"),
                                              options.text_or_empty("type")};
  context.privileged = from.boolean("privileged");
  context.allow_privilege_escalation = from.boolean("allowPrivilegeEscalation");
  context.run_as_non_root = from.boolean("runAsNonRoot");
  context.run_as_user = from.integer("runAsUser");
  context.run_as_group = from.integer("runAsGroup");
  context.host_process = from.object("windowsOptions").boolean("hostProcess");
  context.proc_mount = from.text("procMount");
  const Fields capabilities = from.object("capabilities");
  capabilities.check(capability_fields, pod.warnings);
  context.add = capabilities.texts("add");
  context.drop = capabilities.texts("drop");
  for (const Fields& sysctl : from.objects("sysctls"))
    context.sysctls.push_back(sysctl.text_or_empty("name"));
  return context;
}

void add_hosts(const Fields& handler, std::vector<std::string>& hosts) {
  for (const std::string_view action : {"httpGet", "tcpSocket"})
    if (std::string host = handler.object(action).text_or_empty("host"); !host.empty())
      hosts.push_back(std::move(host));
}

Container read_container(const Fields& from, ContainerKind kind, Pod& pod) {
  Container container;
  container.kind = kind;
  if (kind == ContainerKind::init && from.text_or_empty("restartPolicy") == "Always")
    container.kind = ContainerKind::sidecar;
  container.name = from.text_or_empty("name");
  container.path = from.path();
  container.at = from.position();
  from.check(container_fields, pod.warnings);
  container.security_context = read_context(from.object("securityContext"), container_context_fields, pod);
  for (const Fields& port : from.objects("ports")) {
    std::int64_t host_port = port.integer("hostPort").value_or(0);
    // SetDefaults_PodSpec: in the host's network a port is the host's, which is set before anything is
    // checked.
    if (host_port == 0 && pod.host_network && kind != ContainerKind::ephemeral)
      host_port = port.integer("containerPort").value_or(0);
    if (host_port != 0) container.host_ports.push_back(host_port);
  }
  for (const std::string_view probe : {"livenessProbe", "readinessProbe", "startupProbe"})
    add_hosts(from.object(probe), container.hosts);
  const Fields lifecycle = from.object("lifecycle");
  for (const std::string_view moment : {"postStart", "preStop"})
    add_hosts(lifecycle.object(moment), container.hosts);
  return container;
}

void read_spec(const Fields& spec, Pod& pod) {
  spec.check(pod_spec_fields, pod.warnings);
  pod.host_network = spec.boolean("hostNetwork").value_or(false);
  pod.host_pid = spec.boolean("hostPID").value_or(false);
  pod.host_ipc = spec.boolean("hostIPC").value_or(false);
  pod.host_users = spec.boolean("hostUsers");
  pod.os = spec.object("os").text_or_empty("name");
  pod.security_context = read_context(spec.object("securityContext"), pod_context_fields, pod);
  struct Group {
    std::string_view field;
    ContainerKind kind;
  };
  constexpr std::array groups{Group{"initContainers", ContainerKind::init},
                              Group{"containers", ContainerKind::container},
                              Group{"ephemeralContainers", ContainerKind::ephemeral}};
  for (const Group& group : groups)
    for (const Fields& container : spec.objects(group.field))
      pod.containers.push_back(read_container(container, group.kind, pod));
  for (const Fields& from : spec.objects("volumes")) {
    Volume volume{from.text_or_empty("name"), {}};
    for (const Member& member : *from.value()->object())
      if (member.name != "name" && !member.value.is_null()) volume.sources.push_back(member.name);
    pod.volumes.push_back(std::move(volume));
  }
}

// Where a kind keeps its pods: the way to what has a `metadata` and a `spec` of a pod. Nothing: it has none.
std::optional<std::string_view> way_to_pod(std::string_view kind) {
  if (kind == "Pod") return "";
  if (kind == "PodTemplate") return "template";
  if (kind == "CronJob") return "spec jobTemplate spec template";
  if (is_among(kind, "Deployment ReplicaSet StatefulSet DaemonSet ReplicationController Job"))
    return "spec template";
  return std::nullopt;
}

Pod read_pod(const Fields& object, const std::string& kind, std::string_view way, const std::string& file) {
  Pod pod;
  pod.kind = kind;
  pod.file = file;
  pod.at = object.position();
  const Fields metadata = object.object("metadata");
  pod.name = metadata.text_or_empty("name");
  if (pod.name.empty()) pod.name = metadata.text_or_empty("generateName");
  pod.name_space = metadata.text_or_empty("namespace");
  Fields of_pod = object;
  for (const std::string_view step : split(way, ' '))
    if (!step.empty()) of_pod = of_pod.object(step);
  const Fields pod_metadata = of_pod.object("metadata");
  const Fields spec = of_pod.object("spec");
  if (!spec.is_set())
    throw document::DocumentError(file, object.position(), concat("a ", kind, " without ", spec.path()));
  pod.metadata_path = pod_metadata.path();
  pod.spec_path = spec.path();
  if (const Fields annotations = pod_metadata.object("annotations"); annotations.is_set())
    for (const Member& member : *annotations.value()->object())
      pod.annotations[member.name] = {annotations.text_or_empty(member.name), member.at};
  read_spec(spec, pod);
  return pod;
}

class Reader {
 public:
  explicit Reader(const std::string& file) : file_(file) {}

  void read(const Value& value) {
    const Fields object(&value, "", file_);
    const std::string kind = object.text_or_empty("kind");
    if (kind.empty())
      throw document::DocumentError(file_, value.position(), "no object of Kubernetes: it has no kind");
    if (const auto way = way_to_pod(kind)) {
      manifest.pods.push_back(read_pod(object, kind, *way, file_));
      return;
    }
    // "List", as kubectl get -o yaml prints it, and "PodList", as the API server answers: its items may lack
    // a kind.
    if (kind.ends_with("List") && object.find("items") != nullptr) {
      const std::string of = kind.substr(0, kind.size() - std::string_view("List").size());
      const auto way = way_to_pod(of);
      for (const Fields& item : object.objects("items")) {
        if (way && item.find("kind") == nullptr)
          manifest.pods.push_back(read_pod({item.value(), "", file_}, of, *way, file_));
        else
          read(*item.value());
      }
      return;
    }
    if (seen_.insert(kind).second) manifest.other_kinds.push_back(kind);
  }

  Manifest manifest;

 private:
  const std::string& file_;
  std::unordered_set<std::string> seen_;  // of manifest.other_kinds
};

}  // namespace

Manifest read_pods(const std::vector<Value>& documents, const std::string& file) {
  Reader reader(file);
  for (const Value& document : documents) reader.read(document);
  return std::move(reader.manifest);
}

}  // namespace scrim::kubernetes
