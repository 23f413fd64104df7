// SPDX-License-Identifier: Apache-2.0
#include "launcher/runtime/mount_sources.h"

#include <fcntl.h>
#include <linux/sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <optional>

#include "launcher/init/enforce.h"
#include "launcher/init/mount_options.h"
#include "launcher/os/child.h"
#include "launcher/os/mount.h"
#include "launcher/runtime/clone.h"
#include "launcher/runtime/spawn.h"
#include "libprofile/error.h"
#include "libprofile/text.h"

namespace scrim::runtime {

using bundle::NamespaceType;

namespace {

bool is_id_mapped(const bundle::Mount& mount) {
  return !mount.uid_mappings.empty() ||
         std::any_of(mount.options.begin(), mount.options.end(),
                     [](const std::string& option) { return option == "idmap" || option == "ridmap"; });
}

// A user namespace is what mount_setattr(2) takes for mappings: one without any process, once it is open.
os::Fd user_namespace_with(const std::vector<bundle::IdMapping>& uids,
                           const std::vector<bundle::IdMapping>& gids) {
  const pid_t runtime = getpid();
  int pidfd = -1;
  const Clone made = clone_process(CLONE_NEWUSER, SIGCHLD, os::Fd(), &pidfd);
  if (made.pid < 0) throw SystemError(made.errnum, "create a user namespace for the mappings of a mount");
  if (made.pid == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    while (getppid() == runtime) pause();
    init::end_process(0);
  }
  const os::Child holder(made.pid, os::Fd(pidfd));
  map_ids(made.pid, uids, gids);
  return os::open(concat("/proc/", made.pid, "/ns/user"), O_RDONLY);
}

void map_mount(const bundle::Mount& mount, const bundle::Spec& spec, const init::NamespacePlan& namespaces,
               const os::Fd& copy, const std::string& what) {
  const bool recursive = init::parse_mount_options(mount.options).recursively_id_mapped;
  const init::JoinedNamespace* joined = namespaces.joins(NamespaceType::user);
  if (mount.uid_mappings.empty() && joined != nullptr)
    return os::map_mount_ids(copy, joined->fd, recursive, what);
  const bool own = !mount.uid_mappings.empty();
  const os::Fd mappings = user_namespace_with(own ? mount.uid_mappings : spec.uid_mappings,
                                              own ? mount.gid_mappings : spec.gid_mappings);
  os::map_mount_ids(copy, mappings, recursive, what);
}

}  // namespace

std::vector<os::Fd> open_mount_sources(const bundle::Spec& spec, const init::NamespacePlan& namespaces) {
  const bool for_all = namespaces.has_user_namespace() && geteuid() == 0;
  std::vector<os::Fd> sources;
  for (std::size_t place = 0; place < spec.mounts.size(); ++place) {
    const bundle::Mount& mount = spec.mounts[place];
    const bool mapped = is_id_mapped(mount);
    if (mount.type != "bind" || !(mapped || for_all)) continue;
    const std::string what = concat(mount.source, " on ", mount.destination);
    const init::MountOptions options = init::parse_mount_options(mount.options);
    if (options.remount) continue;
    os::Fd copy;
    try {
      copy = os::clone_mount(mount.source, options.recursive, what);
    } catch (const SystemError& error) {
      // Without the privilege to mount (nested in a user namespace), whoever has it tries.
      if (mapped || error.code() != EPERM) throw;
      continue;
    }
    // As if it had been cloned in the container's mount namespace, which attach_root() has cut off.
    if (spec.rootfs_propagation != bundle::Propagation::shared)
      os::set_propagation(copy, MS_SLAVE, options.recursive, what);
    if (mapped) map_mount(mount, spec, namespaces, copy, what);
    sources.resize(spec.mounts.size());
    sources[place] = std::move(copy);
  }
  return sources;
}

}  // namespace scrim::runtime
