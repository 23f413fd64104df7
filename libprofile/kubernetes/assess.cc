// SPDX-License-Identifier: Apache-2.0
#include "libprofile/kubernetes/assess.h"

#include <algorithm>
#include <cerrno>

#include "libprofile/error.h"
#include "libprofile/inspect/report.h"
#include "libprofile/kubernetes/chain.h"
#include "libprofile/kubernetes/container_process.h"
#include "libprofile/resolve/localhost.h"
#include "libprofile/resolve/wanted.h"
#include "libprofile/text.h"

namespace scrim::kubernetes {

namespace {

lint::ReadAs read_as(defaults::Engine engine) {
  switch (engine) {
    case defaults::Engine::containerd:
      return lint::ReadAs::oci;
    case defaults::Engine::docker:
      return lint::ReadAs::docker;
    case defaults::Engine::podman:
    case defaults::Engine::cri_o:
      return lint::ReadAs::containers;
  }
  return lint::ReadAs::either;
}

class Assessor {
 public:
  Assessor(const Pod& pod, const Container& container, const Node& node) : pod_(pod), node_(node) {
    out_.container = container;
  }

  ContainerAssessment assess() {
    Asked asked = asked_for(pod_, out_.container, node_.version);
    out_.request = asked.request;
    out_.warnings = std::move(asked.warnings);
    out_.no_new_privileges = has_no_new_privileges(out_.container.security_context);
    set_target();
    if (!asked.refusal.empty()) {
      out_.because = asked.request.because;
      out_.profile = "none";
      stop(concat("CreateContainerConfigError: ", asked.refusal));
    } else {
      resolve_profile();
    }
    check_user();
    remark();
    return std::move(out_);
  }

 private:
  void warn(std::string text) { out_.warnings.push_back({std::move(text)}); }
  void stop(std::string why) {
    out_.starts = Starts::no;
    out_.hindrance = std::move(why);
  }

  void set_target() {
    const SecurityContext& context = out_.container.security_context;
    Bounding bounding = bounding_set(context, node_.engine);
    out_.target = {node_.architecture, node_.kernel, bounding.set};
    for (const std::string& name : bounding.unknown)
      warn(concat("capabilities: no capability is called ", quoted(name)));
    for (const std::vector<std::string>* names : {&context.add, &context.drop})
      for (const std::string& name : *names)
        if (name.starts_with("CAP_"))
          warn(concat("capabilities: Kubernetes writes ", quoted(name.substr(4)), " for ", quoted(name),
                      ", and its Pod Security checks know it by that name alone"));
  }

  void resolve_profile() {
    out_.profile = describe(out_.request.wanted);
    try {
      resolve::Resolution resolution = resolve::resolve(out_.request, settings_of(node_), out_.target);
      out_.profile = resolution.name;
      out_.because = std::move(resolution.because);
      out_.confined = resolution.seccomp.has_value();
      for (document::Warning& warning : resolution.warnings) out_.warnings.push_back(std::move(warning));
      lint_file(resolution.localhost_text);
    } catch (const SystemError& error) {
      out_.because = out_.request.because;
      if (error.code() == ENOENT || error.code() == ENOTDIR || error.code() == EISDIR) {
        stop(concat("CreateContainerError: ", error.what()));
      } else {
        out_.starts = Starts::unknown;
        out_.hindrance = error.what();
      }
    } catch (const Error& error) {
      out_.because = out_.request.because;
      stop(concat("CreateContainerError: ", error.what()));
    }
  }

  // Of a privileged container nobody reads the file.
  void lint_file(const std::string& text) {
    const auto* const local = std::get_if<resolve::Localhost>(&out_.request.wanted);
    if (local == nullptr || out_.request.privileged) return;
    const std::string file = resolve::localhost_file_name(node_.profile_root, local->path);
    out_.lint = lint::lint_text(text, file,
                                {.target = out_.target,
                                 .runtime = node_.runtime,
                                 .read_as = read_as(node_.engine),
                                 .no_new_privileges = out_.no_new_privileges});
    const auto stops = std::ranges::find_if(out_.lint, [](const lint::Finding& finding) {
      return finding.severity == lint::Severity::error &&
             (finding.code == "cannot-start" || finding.code == "runtime-needs");
    });
    if (stops != out_.lint.end()) stop(concat("under this profile nothing starts: ", stops->says));
  }

  // pkg/kubelet/kuberuntime: verifyRunAsNonRoot, before anything else of the container is made.
  void check_user() {
    const ProcessUser user = user_of(pod_, out_.container);
    if (user.must_not_be_root && user.uid == 0 && !pod_.is_windows())
      stop("CreateContainerConfigError: container's runAsUser breaks non-root policy");
  }

  void remark() {
    const SecurityContext& context = out_.container.security_context;
    if (context.proc_mount.value_or("Default") != "Default")
      warn("procMount is not Default: nothing of /proc is masked or read-only");
    const bool asks = !std::holds_alternative<resolve::Nothing>(out_.request.wanted);
    if (!out_.confined && !asks && !out_.request.privileged && !pod_.is_windows())
      warn(
          concat("runs Unconfined because nobody says otherwise: set "
                 "securityContext.seccompProfile.type, or the kubelet's seccompDefault"));
    if (out_.request.privileged && context.allow_privilege_escalation == false)
      warn("allowPrivilegeEscalation: false has no effect on a privileged container");
  }

  const Pod& pod_;
  const Node& node_;
  ContainerAssessment out_;
};

}  // namespace

resolve::Settings settings_of(const Node& node) {
  resolve::Settings settings;
  settings.runtime_default = node.engine;
  settings.runtime_default_version = node.engine_version;
  settings.profile_root = node.profile_root;
  settings.seccomp_default = node.kubelet.seccomp_default;
  return settings;
}

PodAssessment assess(const Pod& pod, const Node& node) {
  PodAssessment out;
  out.pod = pod;
  out.refused = validate(pod, node.version);
  out.baseline = violations(pod, Level::baseline, node.version);
  out.restricted = violations(pod, Level::restricted, node.version);
  out.level = !out.baseline.empty()    ? Level::privileged
              : out.restricted.empty() ? Level::restricted
                                       : Level::baseline;
  for (const Container& container : pod.containers)
    out.containers.push_back(Assessor(pod, container, node).assess());
  return out;
}

std::string refusal_to_launch(const PodAssessment& pod, const ContainerAssessment& container) {
  const std::string name = concat("the container ", printable(container.container.name));
  if (!pod.refused.empty())
    return concat("the API server refuses the pod: ", printable(text_of(pod.refused.front())));
  if (container.starts == Starts::no)
    return concat(name, " does not start: ", printable(container.hindrance));
  if (container.starts == Starts::unknown)
    return concat("whether ", name, " starts cannot be told: ", printable(container.hindrance));
  const ProcessUser user = user_of(pod.pod, container.container);
  if (user.must_not_be_root && !user.uid)
    return concat(name,
                  " has runAsNonRoot and no runAsUser: its user is the image's, which is not known here; set "
                  "runAsUser");
  return {};
}

bool is_finding(const ContainerAssessment& container, const Pod& pod) {
  return (!container.confined && !pod.is_windows()) || container.starts == Starts::no ||
         lint::any(container.lint, lint::Severity::error);
}

bool is_finding(const PodAssessment& pod) {
  return !pod.refused.empty() || std::ranges::any_of(pod.containers, [&](const ContainerAssessment& each) {
    return is_finding(each, pod.pod);
  });
}

}  // namespace scrim::kubernetes
