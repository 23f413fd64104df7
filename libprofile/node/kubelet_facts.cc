// SPDX-License-Identifier: Apache-2.0
#include "libprofile/node/kubelet_facts.h"

#include <sys/stat.h>

#include <algorithm>

#include "libprofile/document/file.h"
#include "libprofile/document/yaml.h"
#include "libprofile/error.h"
#include "libprofile/inspect/proc_files.h"
#include "libprofile/inspect/process.h"
#include "libprofile/kubernetes/kubelet.h"
#include "libprofile/text.h"

namespace scrim::node {

namespace {

constexpr const char* kubeadms_file = "/var/lib/kubelet/config.yaml";

// The value of a flag, as pflag reads it: "--name value", "--name=value", "-name=value"; of several the last.
std::optional<std::string> flag(const std::vector<std::string>& arguments, std::string_view name,
                                bool is_boolean) {
  std::optional<std::string> value;
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    std::string_view word = arguments[i];
    if (!word.starts_with("--")) continue;
    word.remove_prefix(2);
    if (word == name && is_boolean) value = "true";
    if (word == name && !is_boolean && i + 1 < arguments.size()) value = arguments[i + 1];
    if (word.starts_with(name) && word.substr(name.size()).starts_with("="))
      value = word.substr(name.size() + 1);
  }
  return value;
}

// A process in a container can call itself so too: it has other namespaces than this one.
std::optional<pid_t> running_kubelet() {
  const auto shares = [](pid_t pid, const char* name) {
    const std::optional<std::string> own = inspect::link_of(concat("/proc/self/ns/", name));
    return own && inspect::link_of(concat("/proc/", pid, "/ns/", name)) == own;
  };
  const std::vector<inspect::FilteredProcess> found =
      inspect::processes_where([&](const inspect::FilteredProcess& process) {
        return process.status.name == "kubelet" && process.place.id.empty() &&
               inspect::user_of(process.pid) == uid_t{0} && shares(process.pid, "pid") &&
               shares(process.pid, "mnt");
      });
  if (found.empty()) return std::nullopt;
  return found.front().pid;
}

}  // namespace

KubeletFacts read_kubelet_facts(const std::vector<std::string>& arguments) {
  KubeletFacts facts;
  facts.root_dir = flag(arguments, "root-dir", false).value_or(facts.root_dir);
  facts.config_file = flag(arguments, "config", false).value_or("");
  if (!facts.config_file.empty()) try {
      const kubernetes::Kubelet read = kubernetes::read_kubelet(
          document::yaml::parse(document::read_text(facts.config_file), facts.config_file),
          facts.config_file);
      facts.seccomp_default = read.seccomp_default;
      facts.because = read.because;
      for (const document::Warning& warning : read.warnings) facts.problems.push_back(warning.text);
    } catch (const Error& error) {
      facts.problems.emplace_back(error.what());
    }
  if (const auto directory = flag(arguments, "config-dir", false))
    facts.problems.push_back(concat("files in ", *directory, " (--config-dir) may say otherwise: not read"));
  if (const auto given = flag(arguments, "seccomp-default", true)) {
    facts.seccomp_default = *given == "true" || *given == "1" || *given == "t" || *given == "T";
    facts.because = {concat("--seccomp-default=", *given, " on its command line")};
  } else if (!arguments.empty() && facts.config_file.empty()) {
    facts.seccomp_default = false;
    facts.because = {"neither --config nor --seccomp-default is on its command line"};
  }
  return facts;
}

KubeletFacts kubelet_facts() {
  if (const std::optional<pid_t> pid = running_kubelet()) {
    KubeletFacts facts = read_kubelet_facts(inspect::arguments_of(*pid));
    facts.pid = *pid;
    return facts;
  }
  struct stat status {};
  if (stat(kubeadms_file, &status) != 0) return {};
  return read_kubelet_facts({"kubelet", concat("--config=", kubeadms_file)});
}

}  // namespace scrim::node
