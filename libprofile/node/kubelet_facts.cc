// SPDX-License-Identifier: Apache-2.0
#include "libprofile/node/kubelet_facts.h"

#include <sys/stat.h>

#include <algorithm>
#include <array>

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

// The value of a flag, as the kubelet reads it (pflag; cli/flag/flags.go makes "--root_dir" of it too):
// "--name value", "--name=value"; of several the last, and none behind "--".
std::optional<std::string> flag(const std::vector<std::string>& arguments, std::string_view name,
                                bool is_boolean) {
  std::optional<std::string> value;
  for (std::size_t i = 1; i < arguments.size() && arguments[i] != "--"; ++i) {
    const std::string& word = arguments[i];
    const std::size_t equals = std::min(word.find('='), word.size());
    std::string given = word.substr(0, equals);
    std::ranges::replace(given, '_', '-');
    if (given != concat("--", name)) continue;
    if (equals < word.size())
      value = word.substr(equals + 1);
    else if (is_boolean)
      value = "true";
    else if (i + 1 < arguments.size())
      value = arguments[++i];
  }
  return value;
}

// Go's strconv.ParseBool.
std::optional<bool> boolean_of(std::string_view text) {
  constexpr std::array<std::string_view, 6> yes{"1", "t", "T", "true", "TRUE", "True"};
  constexpr std::array<std::string_view, 6> no{"0", "f", "F", "false", "FALSE", "False"};
  if (std::ranges::find(yes, text) != yes.end()) return true;
  if (std::ranges::find(no, text) != no.end()) return false;
  return std::nullopt;
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

KubeletFacts read_kubelet_facts(const std::vector<std::string>& arguments,
                                const std::string& working_directory) {
  const auto path_in = [&](std::string_view name) {
    const std::string path = flag(arguments, name, false).value_or("");
    return path.empty() || path.starts_with('/') ? path : concat(working_directory, "/", path);
  };
  KubeletFacts facts;
  if (const std::string root = path_in("root-dir"); !root.empty()) facts.root_dir = root;
  facts.config_file = path_in("config");
  facts.config_directory = path_in("config-dir");
  try {
    std::vector<kubernetes::KubeletFile> files;
    if (!facts.config_file.empty())
      files.push_back({facts.config_file,
                       document::yaml::parse(document::read_text(facts.config_file), facts.config_file)});
    if (!facts.config_directory.empty())
      for (kubernetes::KubeletFile& each : kubernetes::drop_ins(facts.config_directory))
        files.push_back(std::move(each));
    if (!files.empty()) {
      const kubernetes::Kubelet read = kubernetes::read_kubelet(files);
      facts.seccomp_default = read.seccomp_default;
      facts.because = read.because;
      for (const document::Warning& warning : read.warnings) facts.problems.push_back(warning.text);
    } else if (!arguments.empty()) {
      facts.seccomp_default = false;
      facts.because = {facts.config_directory.empty()
                           ? "neither --config nor --seccomp-default is on its command line"
                           : concat("no file in ", facts.config_directory, " says so")};
    }
  } catch (const Error& error) {
    facts.problems.emplace_back(error.what());
  }
  if (const auto given = flag(arguments, "seccomp-default", true)) {
    facts.seccomp_default = boolean_of(*given);
    const std::string said = concat("--seccomp-default=", *given, " on its command line");
    if (facts.seccomp_default)
      facts.because = {said};
    else
      facts.problems.push_back(concat(said, " is no boolean, with which no kubelet starts"));
  }
  return facts;
}

KubeletFacts kubelet_facts() {
  if (const std::optional<pid_t> pid = running_kubelet()) {
    KubeletFacts facts = read_kubelet_facts(inspect::arguments_of(*pid),
                                            inspect::link_of(concat("/proc/", *pid, "/cwd")).value_or(""));
    facts.pid = *pid;
    return facts;
  }
  struct stat status {};
  if (stat(kubeadms_file, &status) != 0) return {};
  return read_kubelet_facts({"kubelet", concat("--config=", kubeadms_file)}, "");
}

}  // namespace scrim::node
