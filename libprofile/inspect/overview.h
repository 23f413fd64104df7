// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "libprofile/document/json.h"
#include "libprofile/inspect/container.h"
#include "libprofile/inspect/process.h"

// Every process that is filtered, and every container's whether it is or not, by container.
namespace scrim::inspect {

// Processes of one container (or cgroup) on which the same is enforced.
struct OverviewLine {
  Place place;
  std::optional<Container> container;  // without its config; nothing if it is not known
  std::vector<pid_t> pids;
  std::string name;  // of the first one
  kernel::SeccompMode mode = kernel::SeccompMode::filter;
  std::optional<unsigned> filters;
  // Nothing if it cannot be told. A filter that lets every call through confines nothing.
  std::optional<bool> confined;
  std::vector<std::string> equals;  // built-in profiles; empty: none
  std::string verdict;  // "RuntimeDefault@docker-20.10.24", "near … (3 calls differ)", why it is not known
  // Whether it is what the container's config.json asks for; nothing if there is none, or it cannot be told.
  std::optional<bool> as_config;
};
// Programs are read from every process (its first thread), and decoded once each; a verdict says why one was
// not. Those that do not stop take three seconds at most, all together.
[[nodiscard]] std::vector<OverviewLine> overview(Containers& containers);

[[nodiscard]] document::json::Value json_of(const OverviewLine& line);
[[nodiscard]] std::string text_of(const OverviewLine& line);

}  // namespace scrim::inspect
