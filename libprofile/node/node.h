// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "libprofile/document/json.h"
#include "libprofile/inspect/overview.h"
#include "libprofile/node/engines.h"
#include "libprofile/node/kernel_facts.h"
#include "libprofile/node/kubelet_facts.h"
#include "libprofile/node/profiles.h"

// This machine's answer: what seccomp does here, for whom, and for whom not.
namespace scrim::node {

struct Node {
  KernelFacts kernel;
  KubeletFacts kubelet;
  std::vector<EngineFacts> engines;
  ProfilesFacts profiles;
  std::vector<inspect::OverviewLine> containers;

  // Containers in which something runs without a filter, or under one that lets every call through.
  [[nodiscard]] std::vector<const inspect::OverviewLine*> unconfined() const;
  // Profiles with a finding that is an error.
  [[nodiscard]] std::vector<const ProfileFacts*> faulty() const;
  // Any of these, or a container under something else than its config.json asks for.
  [[nodiscard]] bool found() const;
  // Whether it could be told of every container what confines it.
  [[nodiscard]] bool knows_all() const;
};
// `profile_root`: where profiles lie; empty: the kubelet's. Throws Error if it is given and is no directory.
// It looks at this machine, starting nothing but engines' programs for their versions.
[[nodiscard]] Node look(inspect::Containers& containers, const std::string& profile_root);

// launcher/cli/README.md has the members.
[[nodiscard]] document::json::Value json_of(const Node& node);
[[nodiscard]] std::string text_of(const Node& node);

}  // namespace scrim::node
