// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "libprofile/document/json.h"
#include "libprofile/kubernetes/pod.h"

namespace scrim::kubernetes {

struct Manifest {
  std::vector<Pod> pods;
  // Kinds that have no pods, each once: "ConfigMap".
  std::vector<std::string> other_kinds;
};

// The pods of these objects: Pod, PodTemplate, Deployment, ReplicaSet, StatefulSet, DaemonSet,
// ReplicationController, Job, CronJob, and lists of them. Throws DocumentError for what is no object of
// Kubernetes, and for a field of another type than Kubernetes' own.
[[nodiscard]] Manifest read_pods(const std::vector<document::json::Value>& documents,
                                 const std::string& file);

}  // namespace scrim::kubernetes
