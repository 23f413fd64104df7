// SPDX-License-Identifier: Apache-2.0
#include "libprofile/node/node.h"

#include <algorithm>
#include <filesystem>

#include "libprofile/error.h"
#include "libprofile/resolve/capabilities.h"
#include "libprofile/text.h"

namespace scrim::node {

namespace {

// As the engine that serves the kubelet reads Localhost files, for its default container.
lint::Against against_engine_of(const std::vector<EngineFacts>& engines) {
  constexpr unsigned last_capability = 63;
  lint::Against against{{resolve::native_architecture(), resolve::running_kernel(),
                         resolve::capabilities_named("DEFAULT", last_capability)}};
  const auto runs = [&](defaults::Engine engine) {
    return std::ranges::any_of(
        engines, [&](const EngineFacts& each) { return each.engine == engine && !each.running.empty(); });
  };
  if (runs(defaults::Engine::cri_o))
    against.read_as = lint::ReadAs::containers;
  else if (runs(defaults::Engine::containerd))
    against.read_as = lint::ReadAs::oci;
  return against;
}

}  // namespace

std::vector<const inspect::OverviewLine*> Node::unconfined() const {
  std::vector<const inspect::OverviewLine*> all;
  for (const inspect::OverviewLine& line : containers)
    if (line.confined == false) all.push_back(&line);
  return all;
}

std::vector<const ProfileFacts*> Node::faulty() const {
  std::vector<const ProfileFacts*> all;
  for (const ProfileFacts& each : profiles.profiles)
    if (any(each.findings, lint::Severity::error)) all.push_back(&each);
  return all;
}

bool Node::found() const {
  return !unconfined().empty() || !faulty().empty() ||
         std::ranges::any_of(containers,
                             [](const inspect::OverviewLine& line) { return line.as_config == false; });
}

bool Node::knows_all() const {
  return std::ranges::all_of(containers,
                             [](const inspect::OverviewLine& line) { return line.confined.has_value(); });
}

Node look(inspect::Containers& containers, const std::string& profile_root) {
  std::error_code error;
  if (!profile_root.empty() && !std::filesystem::is_directory(profile_root, error))
    throw Error(concat("look for profiles in ", profile_root, ": ",
                       error ? error.message() : std::string("not a directory")));
  Node node;
  node.kernel = kernel_facts("");
  node.kubelet = kubelet_facts();
  node.engines = engines();
  node.profiles = profiles_below(profile_root.empty() ? node.kubelet.profile_root() : profile_root,
                                 against_engine_of(node.engines));
  node.containers = inspect::overview(containers);
  std::erase_if(node.containers,
                [](const inspect::OverviewLine& line) { return !line.container && line.place.id.empty(); });
  return node;
}

}  // namespace scrim::node
