// SPDX-License-Identifier: Apache-2.0
#include "libprofile/node/engines.h"

#include <sys/stat.h>

#include <algorithm>
#include <array>

#include "libprofile/document/file.h"
#include "libprofile/document/json.h"
#include "libprofile/error.h"
#include "libprofile/inspect/proc_files.h"
#include "libprofile/inspect/process.h"
#include "libprofile/node/program_version.h"
#include "libprofile/text.h"

namespace scrim::node {

using defaults::Engine;

namespace {

struct Known {
  Engine engine;
  std::string_view program;
};
constexpr std::array known{Known{Engine::containerd, "containerd"}, Known{Engine::docker, "dockerd"},
                           Known{Engine::podman, "podman"}, Known{Engine::cri_o, "crio"}};

bool exists(const std::string& path) {
  struct stat status {};
  return stat(path.c_str(), &status) == 0;
}

// dockerd(8), --seccomp-profile: in place of the built-in one.
void add_docker_settings(EngineFacts& facts) {
  constexpr const char* file = "/etc/docker/daemon.json";
  if (!exists(file)) return;
  try {
    const auto settings = document::json::parse(document::read_text(file), file);
    const auto* const profile = settings.find("seccomp-profile");
    if (profile == nullptr || profile->string() == nullptr || profile->string()->empty() ||
        *profile->string() == "builtin")
      return;
    facts.default_profile = *profile->string();
    facts.remarks.push_back(concat(file, " sets seccomp-profile"));
  } catch (const Error& error) {
    facts.remarks.emplace_back(error.what());
  }
}

// containers.conf(5), seccomp_profile: the first of these that is there.
void add_podman_settings(EngineFacts& facts) {
  for (const char* const file : {"/etc/containers/seccomp.json", "/usr/share/containers/seccomp.json"})
    if (exists(file)) {
      facts.remarks = {concat("it reads ", file, ", unless containers.conf says otherwise")};
      facts.default_profile = file;
      return;
    }
}

std::vector<pid_t> daemons(std::string_view name, const std::vector<inspect::FilteredProcess>& processes) {
  std::vector<pid_t> found;
  for (const inspect::FilteredProcess& each : processes)
    if (each.status.name == name) found.push_back(each.pid);
  return found;
}

// Of the mount namespace that `path` is looked up in, too.
bool runs_program(pid_t pid, const std::string& path) {
  struct stat running {};
  struct stat installed {};
  return inspect::link_of(concat("/proc/", pid, "/ns/mnt")) == inspect::link_of("/proc/self/ns/mnt") &&
         stat(concat("/proc/", pid, "/exe").c_str(), &running) == 0 && stat(path.c_str(), &installed) == 0 &&
         running.st_dev == installed.st_dev && running.st_ino == installed.st_ino;
}

// A daemon's own program is not run: anybody can call a process so.
void add_version(EngineFacts& facts) {
  if (facts.path.empty()) {
    facts.remarks.emplace_back(
        "the program that runs is in none of the system's directories: not run for its version");
    return;
  }
  if (!facts.running.empty() &&
      std::ranges::none_of(facts.running, [&](pid_t pid) { return runs_program(pid, facts.path); })) {
    facts.remarks.push_back(concat("the program that runs is not ", facts.path, ": not run for its version"));
    return;
  }
  try {
    facts.version = version_in(version_output(facts.path)).value_or("");
    if (facts.version.empty()) facts.remarks.push_back(concat(facts.path, " does not tell its version"));
  } catch (const Error& error) {
    facts.remarks.emplace_back(error.what());
  }
}

}  // namespace

std::string built_in_default(Engine engine, const std::string& version, std::vector<std::string>& remarks) {
  if (version.empty()) return {};
  // Podman's and CRI-O's come from the containers-common that they were built with, which they do not tell.
  if (engine == Engine::podman || engine == Engine::cri_o) {
    remarks.push_back(
        "its built-in default is that of its containers-common, whose version it does not tell");
    return {};
  }
  try {
    return defaults::default_profile(engine, version).file;
  } catch (const Error& error) {
    remarks.emplace_back(error.what());
    return {};
  }
}

std::vector<EngineFacts> engines() {
  const std::optional<std::string> own = inspect::link_of("/proc/self/ns/pid");
  const std::vector<inspect::FilteredProcess> processes =
      inspect::processes_where([&](const inspect::FilteredProcess& process) {
        return std::ranges::find(known, process.status.name, &Known::program) != known.end() &&
               process.place.id.empty() && inspect::user_of(process.pid) == uid_t{0} &&
               inspect::link_of(concat("/proc/", process.pid, "/ns/pid")) == own;
      });
  std::vector<EngineFacts> all;
  for (const Known& each : known) {
    EngineFacts facts;
    facts.engine = each.engine;
    facts.path = installed_program(each.program);
    if (each.engine != Engine::podman) facts.running = daemons(each.program, processes);
    if (facts.path.empty() && facts.running.empty()) continue;
    add_version(facts);
    facts.default_profile = built_in_default(facts.engine, facts.version, facts.remarks);
    if (facts.engine == Engine::docker) add_docker_settings(facts);
    if (facts.engine == Engine::podman) add_podman_settings(facts);
    all.push_back(std::move(facts));
  }
  return all;
}

}  // namespace scrim::node
