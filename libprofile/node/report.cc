// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "libprofile/inspect/report.h"
#include "libprofile/node/node.h"
#include "libprofile/text.h"

namespace scrim::node {

using document::json::array_of;
using document::json::number_or_null;
using document::json::text_or_null;
using document::json::truth;
using document::json::truth_or_null;
using document::json::Value;
using inspect::json_of;

namespace {

Value json_of_kernel(const KernelFacts& kernel) {
  Value value;
  value.set("release", text_or_null(kernel.release));
  value.set("actions", json_of(kernel.actions));
  value.set("loggedActions", json_of(kernel.logged_actions));
  value.set("bitmap", truth_or_null(kernel.bitmap));
  value.set("jit", number_or_null(kernel.jit));
  value.set("jitHarden", number_or_null(kernel.jit_harden));
  value.set("maxUserNamespaces", number_or_null(kernel.user_namespaces));
  value.set("unprivilegedUserNamespaces", truth_or_null(kernel.unprivileged_user_namespaces));
  value.set("securityModules", json_of(kernel.security_modules));
  return value;
}

Value json_of_kubelet(const KubeletFacts& kubelet) {
  if (!kubelet.found()) return Value();
  Value value;
  value.set("pid", kubelet.pid == 0 ? Value() : json_of(static_cast<std::uint64_t>(kubelet.pid)));
  value.set("configFile", text_or_null(kubelet.config_file));
  value.set("configDirectory", text_or_null(kubelet.config_directory));
  value.set("seccompDefault", truth_or_null(kubelet.seccomp_default));
  value.set("because", json_of(kubelet.because));
  value.set("problems", json_of(kubelet.problems));
  return value;
}

Value json_of_engine(const EngineFacts& engine) {
  Value value;
  value.set("engine", json_of(defaults::name_of(engine.engine)));
  value.set("path", text_or_null(engine.path));
  Value::Array pids;
  for (const pid_t pid : engine.running) pids.push_back(json_of(static_cast<std::uint64_t>(pid)));
  value.set("running", array_of(std::move(pids)));
  value.set("version", text_or_null(engine.version));
  value.set("default", text_or_null(engine.default_profile));
  value.set("remarks", json_of(engine.remarks));
  return value;
}

Value json_of_profiles(const ProfilesFacts& profiles) {
  Value value;
  value.set("root", json_of(std::string_view(profiles.root)));
  value.set("found", truth(profiles.found));
  Value::Array all;
  for (const ProfileFacts& each : profiles.profiles) {
    Value one;
    one.set("path", json_of(std::string_view(each.path)));
    Value::Array findings;
    for (const lint::Finding& finding : each.findings) findings.push_back(lint::json_of(finding));
    one.set("findings", array_of(std::move(findings)));
    all.push_back(std::move(one));
  }
  value.set("profiles", array_of(std::move(all)));
  value.set("problems", json_of(profiles.problems));
  return value;
}

// A line "name   value"; nothing known: "not known".
std::string row(std::string_view name, const std::string& value) {
  constexpr std::size_t width = 18;
  std::string line = concat("  ", name);
  line.resize(std::max(line.size() + 1, width), ' ');
  return concat(line, value.empty() ? "not known" : value, "\n");
}

std::string notes(const std::vector<std::string>& all) {
  std::string text;
  for (const std::string& each : all) text += concat("    ", printable(each), "\n");
  return text;
}

std::string text_of_kernel(const KernelFacts& kernel) {
  std::string text = concat("kernel ", kernel.release, "\n");
  text += row("actions", join(kernel.actions, " "));
  text += row("logged", join(kernel.logged_actions, " "));
  text += row("bitmap", !kernel.bitmap   ? ""
                        : *kernel.bitmap ? "calls that are always allowed are answered without the program"
                                         : "none: every call runs the program (Linux 5.11 has it)");
  std::string jit;
  if (kernel.jit) jit = *kernel.jit == 0 ? "off: programs are interpreted" : "on";
  if (kernel.jit && kernel.jit_harden.value_or(0) > 0)
    jit += *kernel.jit_harden == 1 ? ", hardened for the unprivileged" : ", hardened for everybody";
  text += row("JIT", jit);
  std::string namespaces;
  if (kernel.user_namespaces)
    namespaces = *kernel.user_namespaces == 0 ? "none" : concat("at most ", *kernel.user_namespaces);
  if (kernel.unprivileged_user_namespaces == false) namespaces += ", not for the unprivileged";
  text += row("user namespaces", namespaces);
  return text + row("security modules", join(kernel.security_modules, " "));
}

std::string text_of_kubelet(const KubeletFacts& kubelet) {
  if (!kubelet.found())
    return "kubelet: none runs, and there is no configuration in /var/lib/kubelet/config.yaml\n";
  std::string text = concat("kubelet", kubelet.pid == 0 ? " (not running)" : concat(" ", kubelet.pid), "\n");
  text += row("seccompDefault",
              !kubelet.seccomp_default ? ""
              : *kubelet.seccomp_default
                  ? "true: pods that ask for nothing get RuntimeDefault"
                  : "false: pods that ask for nothing are unconfined (CIS Kubernetes 4.2.14 asks for true)");
  return text + notes(kubelet.because) + notes(kubelet.problems);
}

std::string text_of_engines(const std::vector<EngineFacts>& engines) {
  if (engines.empty()) return "engines: none found\n";
  std::string text = "engines\n";
  for (const EngineFacts& each : engines) {
    std::string what = concat(
        each.version.empty() ? "version not known" : each.version,
        each.engine == defaults::Engine::podman ? ""  // it has no daemon
        : each.running.empty()                  ? ", not running"
                                                : ", running",
        each.default_profile.empty() ? ", default not known" : concat(", default ", each.default_profile));
    text += row(defaults::name_of(each.engine), printable(what)) + notes(each.remarks);
  }
  return text;
}

std::string text_of_profiles(const ProfilesFacts& profiles) {
  if (!profiles.found) return concat("profiles: no directory ", printable(profiles.root), "\n");
  std::string text = concat("profiles in ", printable(profiles.root), ": ", profiles.profiles.size(), "\n");
  for (const ProfileFacts& each : profiles.profiles) {
    const auto worst = std::ranges::max_element(each.findings, {}, &lint::Finding::severity);
    text += concat("  ", printable(each.path), ": ",
                   worst == each.findings.end() || worst->severity == lint::Severity::note
                       ? std::string("nothing found")
                       : std::string(name_of(worst->severity)),
                   "\n");
    for (const lint::Finding& finding : each.findings) {
      if (finding.severity == lint::Severity::note) continue;
      const std::string lines = lint::text_of(finding);
      for (const std::string_view line : split(lines, '\n')) text += concat("    ", line, "\n");
    }
  }
  return text + notes(profiles.problems);
}

}  // namespace

Value json_of(const Node& node) {
  Value value;
  value.set("kernel", json_of_kernel(node.kernel));
  value.set("kubelet", json_of_kubelet(node.kubelet));
  Value::Array engines;
  for (const EngineFacts& each : node.engines) engines.push_back(json_of_engine(each));
  value.set("engines", array_of(std::move(engines)));
  value.set("profiles", json_of_profiles(node.profiles));
  Value::Array containers;
  for (const inspect::OverviewLine& line : node.containers) containers.push_back(json_of(line));
  value.set("containers", array_of(std::move(containers)));
  value.set("unconfined", json_of(std::uint64_t{node.unconfined().size()}));
  return value;
}

std::string text_of(const Node& node) {
  std::string text = text_of_kernel(node.kernel) + text_of_kubelet(node.kubelet) +
                     text_of_engines(node.engines) + text_of_profiles(node.profiles);
  text += node.containers.empty() ? "containers: none runs\n" : "containers\n";
  for (const inspect::OverviewLine& line : node.containers) text += concat("  ", text_of(line), "\n");
  const std::size_t unconfined = node.unconfined().size();
  if (unconfined > 0)
    text += concat(unconfined, unconfined == 1 ? " runs" : " run", " unconfined: every call is allowed\n");
  return text;
}

}  // namespace scrim::node
