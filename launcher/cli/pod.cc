// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <algorithm>
#include <array>
#include <iostream>
#include <optional>

#include "launcher/cli/painted_output.h"
#include "launcher/cli/profile.h"
#include "launcher/cli/profile_options.h"
#include "launcher/init/executable.h"
#include "launcher/options/options.h"
#include "launcher/runtime/launch.h"
#include "libprofile/document/file.h"
#include "libprofile/document/yaml.h"
#include "libprofile/inspect/report.h"
#include "libprofile/kubernetes/assess.h"
#include "libprofile/kubernetes/container_process.h"
#include "libprofile/kubernetes/read_pods.h"
#include "libprofile/kubernetes/report.h"
#include "libprofile/resolve/wanted.h"
#include "libprofile/text.h"

namespace scrim::cli {

using document::json::Value;
using kubernetes::ContainerAssessment;
using kubernetes::PodAssessment;

namespace {

struct PodOptions {
  std::string file;
  std::string version;
  std::string kubelet_config;
  std::string kubelet_config_dir;
  bool seccomp_default = false;
  bool has_seccomp_default = false;
  std::string root_dir;
  std::string profile_root;
  std::string engine;
  std::string architecture;
  std::string kernel;
  std::string runtime = "runc";
  std::string require;
  std::string launch;
  std::vector<std::string> command;
  bool json = false;
};

void parse(const Arguments& arguments, PodOptions& options) {
  Options app(
      "Which seccomp profile each container of a pod gets, why, and which Pod Security level the pod meets.",
      "scrim pod");
  app.footer(
      "exit status: 0 as asked, 1 a container runs unconfined or does not start, or a pod is refused or "
      "misses "
      "--require, 2 wrong use, 3 could not, or a profile cannot be read; with --launch as scrim launch");
  app.add_option("file", options.file,
                 "Pods, Deployments, StatefulSets, DaemonSets, ReplicaSets, ReplicationControllers, Jobs, "
                 "CronJobs, PodTemplates and lists of them, as YAML or JSON; - is standard input")
      .required();
  struct Text {
    std::string_view names;
    std::string& target;
    std::string_view help;
  };
  const std::array texts{
      Text{"--kubernetes-version VERSION", options.version, "whose rules count (default: the newest known)"},
      Text{"--kubelet-config FILE", options.kubelet_config, "the node's KubeletConfiguration"},
      Text{"--kubelet-config-dir DIR", options.kubelet_config_dir,
           "the *.conf below it that the node's kubelet merges into that (its --config-dir)"},
      Text{"--root-dir DIR", options.root_dir,
           "the kubelet's directory, which has seccomp/ in it (default: /var/lib/kubelet)"},
      Text{"--profile-root DIR", options.profile_root, "where Localhost paths start, in place of that"},
      Text{"--engine ENGINE", options.engine,
           "whose RuntimeDefault: containerd, cri-o, docker, podman, optionally with a version "
           "(containerd-1.7.13); default: containerd's newest"},
      Text{"--arch NAME", options.architecture, "the node's architecture (default: this machine's)"},
      Text{"--kernel VERSION", options.kernel, "the node's Linux version (default: the running one's)"},
      Text{"--launch CONTAINER", options.launch,
           "run a command as that container (POD/CONTAINER, if several are called so) would: profile, "
           "capabilities, user and no_new_privs, but no namespaces"}};
  std::vector<const Option*> given;
  given.reserve(texts.size());
  for (const Text& text : texts) given.push_back(&app.add_option(text.names, text.target, text.help));
  const Option& seccomp_default =
      app.add_flag("--seccomp-default", options.seccomp_default,
                   "the kubelet's seccompDefault is on; --seccomp-default=false: off, whatever its "
                   "configuration says");
  app.add_option("--runtime NAME", options.runtime,
                 "what the engine starts containers with, which needs calls of its own once a profile is in "
                 "force (default: runc)")
      .one_of({"runc", "crun", "scrim"});
  app.add_option("--require LEVEL", options.require, "a Pod Security level that every pod has to meet")
      .one_of({"privileged", "baseline", "restricted"});
  app.add_flag("--json", options.json, "as JSON");
  app.add_option("command", options.command, "the command and its arguments, with --launch").to_the_end();
  app.parse(arguments);
  options.has_seccomp_default = seccomp_default.count() > 0;
  // Given and empty is a variable that is not set.
  for (std::size_t i = 0; i < texts.size(); ++i)
    if (given[i]->count() > 0 && texts[i].target.empty())
      throw UsageError(concat(texts[i].names.substr(0, texts[i].names.find(' ')), " is empty"));
  if (options.launch.empty() != options.command.empty())
    throw UsageError(
        "--launch names a container, and a command stands after -- (scrim pod FILE --launch CONTAINER -- "
        "COMMAND…)");
}

std::vector<Value> documents_of(const std::string& file) {
  return file == "-" ? document::yaml::parse(document::read_standard_input(), "stdin")
                     : document::yaml::parse(document::read_text(file), file);
}

kubernetes::Kubelet kubelet_of(const PodOptions& options, kubernetes::Version version) {
  std::vector<kubernetes::KubeletFile> files;
  if (!options.kubelet_config.empty())
    files.push_back({options.kubelet_config, documents_of(options.kubelet_config)});
  if (!options.kubelet_config_dir.empty())
    for (kubernetes::KubeletFile& each : kubernetes::drop_ins(options.kubelet_config_dir))
      files.push_back(std::move(each));
  kubernetes::Kubelet kubelet = kubernetes::read_kubelet(files);
  if (options.has_seccomp_default) {  // the kubelet's own options come before its configuration as well
    kubelet.seccomp_default = options.seccomp_default;
    kubelet.because = {concat("--seccomp-default", options.seccomp_default ? "" : "=false")};
  }
  kubernetes::fit_to_version(kubelet, version);
  return kubelet;
}

// What the options say of the node; whatever is wrong with them is wrong use.
kubernetes::Node node_of(const Context& context, const PodOptions& options) {
  kubernetes::Node node;
  node.engine = context.config.settings.runtime_default;
  node.engine_version = context.config.settings.runtime_default_version;
  node.architecture =
      options.architecture.empty() ? resolve::native_architecture() : architecture_of(options.architecture);
  node.kernel = resolve::running_kernel();
  try {
    if (!options.version.empty()) node.version = kubernetes::parse_version(options.version);
    if (!options.engine.empty()) {
      const resolve::EngineVersion which = resolve::parse_engine_version(options.engine);
      node.engine = which.engine;
      node.engine_version = which.version;
    }
    (void)defaults::default_profile(node.engine, node.engine_version);
  } catch (const Error& error) {
    throw UsageError(error.what());
  }
  if (!options.kernel.empty()) {
    const auto kernel = resolve::parse_kernel_version(options.kernel);
    if (!kernel)
      throw UsageError(concat("--kernel ", options.kernel, ": a version is two numbers, as in 6.1"));
    node.kernel = *kernel;
  }
  if (!options.root_dir.empty())
    node.profile_root = concat(options.root_dir, options.root_dir.ends_with('/') ? "" : "/", "seccomp");
  if (!options.profile_root.empty()) node.profile_root = options.profile_root;
  node.runtime = options.runtime == "scrim"  ? lint::Runtime::scrim
                 : options.runtime == "crun" ? lint::Runtime::crun
                                             : lint::Runtime::runc;
  node.kubelet = kubelet_of(options, node.version);
  return node;
}

std::string full_name(const PodAssessment& pod, const ContainerAssessment& container) {
  return concat(pod.pod.name, "/", container.container.name);
}

struct Found {
  const PodAssessment& pod;
  const ContainerAssessment& container;
};

Found find(const std::vector<PodAssessment>& pods, const std::string& name) {
  std::vector<Found> found;
  std::vector<std::string> names;
  for (const PodAssessment& pod : pods)
    for (const ContainerAssessment& container : pod.containers) {
      names.push_back(full_name(pod, container));
      if (name != names.back() && name != container.container.name) continue;
      found.push_back({pod, container});
    }
  if (found.size() != 1)
    throw UsageError(concat("--launch ", name,
                            found.empty() ? ": no container is called so; there are "
                                          : ": several containers are called so; name the pod too: ",
                            printable(join(names))));
  return found.front();
}

// The capabilities that the container has, of those that the caller has to give.
void set_capabilities(const ContainerAssessment& container, runtime::LaunchOptions& options) {
  if (container.request.privileged) return;
  options.cap_drop = {"ALL"};
  for (unsigned number = 0; number < 64; ++number)
    if (container.target.bounding.has(number))
      options.cap_add.push_back(resolve::CapabilitySet::name_of(number));
}

// A group without a user is that of the caller, as no image says another.
void set_user(const kubernetes::ProcessUser& user, runtime::LaunchOptions& options) {
  if (!user.uid && !user.gid) return;
  options.user = concat(user.uid.value_or(geteuid()));
  if (user.gid) options.user += concat(":", *user.gid);
}

int launch(const Context& context, const PodOptions& options, const kubernetes::Node& node,
           const Found& found) {
  const ContainerAssessment& container = found.container;
  try {
    if (const std::string refusal = refusal_to_launch(found.pod, container); !refusal.empty())
      throw Error(refusal);
    runtime::LaunchOptions as;
    as.request = container.request;
    as.settings = settings_of(node);
    as.no_new_privs = container.no_new_privileges;
    as.profile.compiler = context.global.compiler;
    as.profile.verify = context.global.verify;
    as.command = options.command;
    set_capabilities(container, as);
    set_user(user_of(found.pod.pod, container.container), as);
    runtime::launch(as, warn_to(context));
  } catch (const init::ExecutableError& error) {
    context.log.error(error.what());
    return error.exit_status();
  } catch (const Error& error) {
    context.log.error(error.what());
    return runtime::status_launch_failed;
  }
}

bool misses(const PodAssessment& pod, const std::optional<kubernetes::Level>& required) {
  return required && pod.level < *required;
}

bool is_unknown(const PodAssessment& pod) {
  return std::ranges::any_of(pod.containers, [](const ContainerAssessment& each) {
    return each.starts == kubernetes::Starts::unknown;
  });
}

void print_json(const kubernetes::Node& node, const std::vector<PodAssessment>& pods,
                const std::vector<std::string>& other_kinds, const PodOptions& options, bool finding) {
  Value value;
  value.set("node", json_of(node));
  Value::Array all;
  for (const PodAssessment& pod : pods) all.push_back(json_of(pod));
  value.set("pods", Value(Value::Data(std::move(all))));
  value.set("otherKinds", inspect::json_of(other_kinds));
  value.set("required",
            options.require.empty() ? Value() : inspect::json_of(std::string_view(options.require)));
  value.set("finding", Value(Value::Data(finding)));
  std::cout << to_text(value, 2) << '\n';
}

int pod(const Context& context, const Arguments& arguments) {
  PodOptions options;
  parse(arguments, options);
  const kubernetes::Node node = node_of(context, options);
  const std::string file = options.file == "-" ? "stdin" : options.file;
  const kubernetes::Manifest manifest = kubernetes::read_pods(documents_of(options.file), file);
  if (manifest.pods.empty())
    throw Error(concat(file, ": no pods in it",
                       manifest.other_kinds.empty()
                           ? std::string()
                           : concat(", only ", printable(join(manifest.other_kinds)))));
  std::vector<PodAssessment> pods;
  for (const kubernetes::Pod& each : manifest.pods) pods.push_back(assess(each, node));
  if (!options.launch.empty()) return launch(context, options, node, find(pods, options.launch));
  const std::optional<kubernetes::Level> required = kubernetes::level_named(options.require);
  const bool finding = std::ranges::any_of(
      pods, [&](const PodAssessment& each) { return is_finding(each) || misses(each, required); });
  const PaintedOutput paint(!options.json);
  if (options.json) {
    print_json(node, pods, manifest.other_kinds, options, finding);
  } else {
    std::cout << text_of(node);
    for (const PodAssessment& each : pods) {
      std::cout << text_of(each);
      if (misses(each, required)) std::cout << "  --require " << options.require << " is not met\n";
    }
    if (!manifest.other_kinds.empty())
      std::cout << "\nnot pods: " << printable(join(manifest.other_kinds)) << '\n';
  }
  if (finding) return status_finding;
  return std::ranges::any_of(pods, is_unknown) ? status_could_not : status_as_asked;
}

}  // namespace

int pod_command(const Context& context, const Arguments& arguments) {
  return with_status(context, [&] { return pod(context, arguments); });
}

}  // namespace scrim::cli
