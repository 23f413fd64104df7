// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

// What this node's kubelet does for pods that ask for no profile.
namespace scrim::node {

struct KubeletFacts {
  pid_t pid = 0;                        // of a running one; 0: none runs
  std::string config_file;              // its KubeletConfiguration; empty: there is none
  std::string config_directory;         // of what is merged into that; empty: there is none
  std::optional<bool> seccomp_default;  // nothing: there is no kubelet here, or it cannot be told
  std::vector<std::string> because;
  std::vector<std::string> problems;
  std::string root_dir = "/var/lib/kubelet";
  [[nodiscard]] bool found() const { return pid != 0 || !config_file.empty(); }
  [[nodiscard]] std::string profile_root() const { return root_dir + "/seccomp"; }
};

// From the command line of a running kubelet and the file that it names; without one from
// /var/lib/kubelet/config.yaml, where kubeadm puts it.
[[nodiscard]] KubeletFacts kubelet_facts();

// What a command line and the files that it names come to; in a kubelet the flags win. Relative paths start
// at `working_directory`.
[[nodiscard]] KubeletFacts read_kubelet_facts(const std::vector<std::string>& arguments,
                                              const std::string& working_directory);

}  // namespace scrim::node
