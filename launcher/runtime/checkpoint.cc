// SPDX-License-Identifier: Apache-2.0
#include "launcher/runtime/checkpoint.h"

#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <optional>

#include "launcher/criu/external.h"
#include "launcher/init/namespaces.h"
#include "launcher/runtime/criu_process.h"
#include "launcher/runtime/notify.h"
#include "launcher/runtime/remove.h"
#include "libprofile/error.h"
#include "libprofile/text.h"

namespace scrim::runtime {

namespace {

constexpr const char* log_name = "dump.log";

bool is_true(const document::json::Value* value) {
  return value != nullptr && value->boolean() != nullptr && *value->boolean();
}

// What criu cannot bring back, or we not by criu's command line: said before anything is done to it.
void refuse_what_cannot_be_restored(const ContainerState& state, std::uint64_t apart,
                                    const std::string& doing) {
  if (is_true(state.process.find("terminal")))
    throw Error(concat(doing,
                       ": it has a terminal, whose other end criu's command line cannot hand over at "
                       "restore"));
  if (!state.listener_path.empty())
    throw Error(concat(doing,
                       ": its profile has SCMP_ACT_NOTIFY: at restore there would be no listener for its "
                       "agent, and those calls would fail"));
  if ((apart & CLONE_NEWUSER) != 0)
    throw Error(concat(doing, ": it has a user namespace of its own, which is not built"));
  if (!cgroup::is_v2(state.cgroup))
    throw Error(concat(doing, ": needs a cgroup v2 host: what criu does to cgroup v1 is not tried"));
  for (const std::string& type : state.joined_namespaces)
    if (type == init::proc_name(bundle::NamespaceType::mount) ||
        type == init::proc_name(bundle::NamespaceType::cgroup))
      throw Error(concat(doing, ": it has joined a ", type, " namespace, which criu cannot do at restore"));
}

std::uint64_t inode_of_namespace(pid_t pid, bundle::NamespaceType type) {
  const std::string path = concat("/proc/", pid, "/ns/", init::proc_name(type));
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) throw_errno(concat("look at ", path));
  return status.st_ino;
}

// criu's words for what is not the container's own.
void add_externals(std::vector<std::string>& arguments, const ContainerState& state, std::uint64_t apart,
                   const criu::StandardStreams& streams, std::string_view mountinfo) {
  const auto external = [&](const std::string& what) {
    arguments.insert(arguments.end(), {"--external", what});
  };
  for (const std::string& place :
       criu::external_mounts(mountinfo, os::read_kernel_file("/proc/self/mountinfo"), apart))
    external(concat("mnt[", place, "]:", place));
  for (const bundle::NamespaceType type : {bundle::NamespaceType::network, bundle::NamespaceType::pid})
    if (std::ranges::find(state.joined_namespaces, init::proc_name(type)) != state.joined_namespaces.end())
      external(concat(init::proc_name(type), "[", inode_of_namespace(state.pid, type),
                      "]:", criu::namespace_key(type)));
  for (const std::string& stream : streams)
    if (criu::is_external_file(stream)) external(stream);
}

std::vector<std::string> dump_arguments(const ContainerState& state, const CheckpointOptions& options,
                                        const criu::Directories& directories) {
  std::vector<std::string> arguments{options.pre_dump ? "pre-dump" : "dump", "--tree",
                                     std::to_string(state.pid)};
  const auto add = [&](const std::vector<std::string>& more) {
    arguments.insert(arguments.end(), more.begin(), more.end());
  };
  add(directories.arguments());
  add(criu::common_arguments(options.criu, state.annotations));
  add(criu::network_lock_arguments());
  add({"--root", state.rootfs});
  if (const std::optional<std::string> freezer = cgroup::freezer_directory(state.cgroup))
    add({"--freeze-cgroup", *freezer});
  if (!options.parent_path.empty()) add({"--prev-images-dir", options.parent_path});
  if (options.pre_dump || !options.parent_path.empty()) add({"--track-mem"});
  if (options.leave_running) add({"--leave-running"});
  return arguments;
}

}  // namespace

void checkpoint(const Store& store, const std::string& id, const CheckpointOptions& options,
                const Warn& warn) {
  const std::string doing = concat(options.pre_dump ? "pre-dump" : "checkpoint", " container ", id);
  Container container = store.open(id);
  const ContainerState state = container.load();
  if (const Status status = status_of(state, container); status != Status::running)
    throw Error(concat(doing, ": container not running (it is ", name_of(status), ")"));
  const std::uint64_t apart = init::namespaces_apart(state.pid);
  refuse_what_cannot_be_restored(state, apart, doing);
  if (has_notify(container))
    throw Error(concat(doing,
                       ": it was created with NOTIFY_SOCKET: what tells the service manager that it is "
                       "ready would not be there at restore"));
  if (is_true(state.process.find("noNewPrivileges")) && !criu::restores_no_new_privs(options.criu.program))
    throw Error(concat(doing, ": it has process.noNewPrivileges, which criu before 3.19 does not restore (",
                       options.criu.program, " is older)"));

  criu::Directories directories(options.criu, log_name, criu::Directories::Make::yes);
  CriuProcess::Setup setup;
  setup.program = options.criu.program;
  setup.arguments = dump_arguments(state, options, directories);
  std::optional<criu::StreamsFile> streams_file;
  if (!options.pre_dump) {
    const std::string mountinfo = os::read_kernel_file(concat("/proc/", state.pid, "/mountinfo"));
    const criu::StandardStreams streams = criu::dumped_streams(state.pid, state.streams, mountinfo);
    add_externals(setup.arguments, state, apart, streams, mountinfo);
    streams_file.emplace(directories.images(), streams);
  }
  criu::remove_streams(directories.images());
  try {
    CriuProcess(setup).wait(directories, doing);
  } catch (const Error&) {
    // One that was killed has not let them go again.
    if (cgroup::is_frozen(state.cgroup)) cgroup::thaw(state.cgroup);
    throw;
  }
  directories.keep();
  if (streams_file) streams_file->put_in_place();
  if (!options.leave_running && !options.pre_dump) remove_killed(std::move(container), state, warn);
}

}  // namespace scrim::runtime
