// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "libprofile/kubernetes/kubelet.h"
#include "libprofile/kubernetes/pod.h"
#include "libprofile/kubernetes/pod_security.h"
#include "libprofile/kubernetes/validation.h"
#include "libprofile/kubernetes/version.h"
#include "libprofile/lint/lint.h"
#include "libprofile/resolve/resolve.h"

// A pod on a node: which profile each container gets and why, and what is wrong with that.
namespace scrim::kubernetes {

struct Node {
  Version version = newest_known;
  Kubelet kubelet;  // fitted to the version
  std::string profile_root = "/var/lib/kubelet/seccomp";
  defaults::Engine engine = defaults::Engine::containerd;
  std::string engine_version;  // empty: the newest known
  document::Architecture architecture = document::Architecture::x86_64;
  resolve::KernelVersion kernel;
  lint::Runtime runtime = lint::Runtime::runc;  // what the engine starts containers with
};

enum class Starts : unsigned char { yes, no, unknown };

struct ContainerAssessment {
  Container container;
  resolve::Request request;
  resolve::Target target;
  bool no_new_privileges = false;
  std::string profile;  // "RuntimeDefault@containerd-2.2.0"; what is asked for, if it could not be resolved
  bool confined = true;
  Starts starts = Starts::yes;
  std::string hindrance;             // why it does not start, or why that cannot be told
  std::vector<std::string> because;  // the chain, one step a line
  document::Warnings warnings;
  std::vector<lint::Finding> lint;  // of the Localhost file
};

struct PodAssessment {
  Pod pod;
  std::vector<ContainerAssessment> containers;
  std::vector<FieldError> refused;  // by the API server
  Level level = Level::privileged;  // the highest that it meets
  std::vector<Violation> baseline;  // what keeps it from each
  std::vector<Violation> restricted;
};

// Reads Localhost profiles below the node's profile root, and nothing else.
[[nodiscard]] PodAssessment assess(const Pod& pod, const Node& node);

// Why the container's process must not be started here, where there is no API server and no kubelet to refuse
// it; empty if nothing is known against it.
[[nodiscard]] std::string refusal_to_launch(const PodAssessment& pod, const ContainerAssessment& container);

// What resolve::resolve() needs to know of the node.
[[nodiscard]] resolve::Settings settings_of(const Node& node);

// A container that runs unconfined or does not start, or a pod that is refused.
[[nodiscard]] bool is_finding(const ContainerAssessment& container, const Pod& pod);
[[nodiscard]] bool is_finding(const PodAssessment& pod);

}  // namespace scrim::kubernetes
