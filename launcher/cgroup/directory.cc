// SPDX-License-Identifier: Apache-2.0
// The directories over time: create, join, remove.
#include "launcher/cgroup/directory.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <memory>
#include <thread>

#include "launcher/cgroup/cgroup.h"
#include "launcher/cgroup/systemd.h"
#include "launcher/os/fd.h"
#include "libprofile/error.h"
#include "libprofile/text.h"

namespace scrim::cgroup {

std::vector<std::string> children(const std::string& path) {
  struct stat status {};
  // Of kernfs a directory's link count is 2 and one for each directory in it: most containers have none.
  if (stat(path.c_str(), &status) != 0 || status.st_nlink <= 2) return {};
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(opendir(path.c_str()), closedir);
  std::vector<std::string> found;
  if (!directory) return found;
  while (const dirent* entry = readdir(directory.get())) {
    const std::string_view name = entry->d_name;
    if (entry->d_type == DT_DIR && name != "." && name != "..") found.push_back(concat(path, "/", name));
  }
  return found;
}

static std::string parent_of(const std::string& path) {
  return path.substr(0, path.rfind('/'));
}

// mkdir -p, in the order that needs one call if the parent is there. False: it was there.
static bool make_directory(const std::string& path, const std::string& mount_point) {
  if (mkdir(path.c_str(), 0755) == 0) return true;
  if (errno == ENOENT && path.size() > mount_point.size() + 1 &&
      parent_of(path).size() > mount_point.size()) {
    make_directory(parent_of(path), mount_point);
    if (mkdir(path.c_str(), 0755) == 0) return true;
  }
  if (errno == EEXIST) return false;
  throw_errno(concat("create cgroup ", path));
}

static bool is_blank(const std::string& text) {
  return text.find_first_not_of(" \n") == text.npos;
}

// A v1 cpuset is born empty, and an empty one takes no process
// (Documentation/admin-guide/cgroup-v1/cpusets.rst).
static std::string inherited(const std::string& path, const std::string& file, const std::string& mount_point,
                             bool known_blank) {
  std::string value = known_blank ? "" : os::read_kernel_file(concat(path, "/", file));
  if (!is_blank(value) || path.size() <= mount_point.size()) return value;
  value = inherited(parent_of(path), file, mount_point, false);
  write_file(concat(path, "/", file), value);
  return value;
}

// Lets the container's cgroup have every controller that the mount's root has. What cannot be had (parents
// with processes of their own, parents of somebody else's) is no error here: whoever sets a limit then finds
// no file.
static void enable_controllers(const Membership& membership) {
  const std::string& mount_point = membership.hierarchy.mount_point;
  const auto controllers = [](const std::string& path) {
    const std::string text = os::read_kernel_file(concat(path, "/cgroup.controllers"));
    std::vector<std::string> names;
    for (const std::string_view name : split(std::string_view(text).substr(0, text.find('\n')), ' '))
      if (!name.empty()) names.emplace_back(name);
    return names;
  };
  const std::vector<std::string> available = controllers(mount_point);
  const std::vector<std::string> present = controllers(membership.path);
  std::vector<std::string> missing;
  for (const std::string& name : available)
    if (std::find(present.begin(), present.end(), name) == present.end())
      missing.push_back(concat("+", name));
  if (missing.empty()) return;

  const auto enable = [](const std::string& path, const std::string& names) {
    return try_write_file(concat(path, "/cgroup.subtree_control"), names) == 0;
  };
  for (std::size_t end = mount_point.size(); end < membership.path.size();
       end = std::min(membership.path.find('/', end + 1), membership.path.size())) {
    const std::string path = membership.path.substr(0, end);
    // All or nothing holds for one write: one by one if there is one that it cannot give.
    if (!enable(path, scrim::join(missing, " ")))
      for (const std::string& name : missing) (void)enable(path, name);
  }
}

static void refuse_if_used(const std::string& path) {
  const std::vector<pid_t> pids = processes_below(path);
  if (!pids.empty())
    throw Error(concat("cgroup ", path, " has ", pids.size(), " process(es) already, process ", pids.front(),
                       " among them (linux.cgroupsPath must be the container's own)"));
}

static void create_one(const Membership& membership, bool v2_only, bool is_unit) {
  const Hierarchy& hierarchy = membership.hierarchy;
  const bool made = make_directory(membership.path, hierarchy.mount_point);
  // A unit has the helper that holds it; systemd gave it to nobody else.
  if (!made && !is_unit) refuse_if_used(membership.path);
  try {
    if (std::find(hierarchy.controllers.begin(), hierarchy.controllers.end(), "cpuset") !=
        hierarchy.controllers.end())
      for (const char* file : {"cpuset.cpus", "cpuset.mems"})
        inherited(membership.path, file, hierarchy.mount_point, made);
    if (v2_only) enable_controllers(membership);
  } catch (...) {
    if (made) rmdir(membership.path.c_str());
    throw;
  }
}

Cgroup create(Cgroup wanted, bool must_succeed) {
  const bool v2_only =
      std::all_of(wanted.memberships.begin(), wanted.memberships.end(),
                  [](const Membership& membership) { return membership.hierarchy.unified(); });
  Cgroup created;
  created.unit = wanted.unit;
  created.slice = wanted.slice;
  try {
    for (Membership& membership : wanted.memberships) {
      try {
        create_one(membership, v2_only, !wanted.unit.empty());
      } catch (const SystemError& error) {
        const bool forbidden = error.code() == EACCES || error.code() == EPERM || error.code() == EROFS;
        if (must_succeed || !forbidden) throw;
        continue;
      }
      created.memberships.push_back(std::move(membership));
    }
  } catch (...) {
    // Used ones are not ours and stay, since rmdir refuses.
    for (const Membership& membership : created.memberships) rmdir(membership.path.c_str());
    throw;
  }
  return created;
}

void join(const Cgroup& cgroup, pid_t pid) {
  const std::string number = std::to_string(pid);
  for (const Membership& membership : cgroup.memberships)
    if (const int error = try_write_file(concat(membership.path, "/cgroup.procs"), number); error != 0)
      throw SystemError(error, concat("put process ", pid, " into cgroup ", membership.path));
}

Entrance open_entrance(const Cgroup& cgroup) {
  Entrance entrance;
  for (const Membership& membership : cgroup.memberships) {
    if (membership.hierarchy.unified()) {
      entrance.unified = os::open(membership.path, O_PATH | O_DIRECTORY);
      continue;
    }
    entrance.v1.push_back({os::open(concat(membership.path, "/tasks"), O_WRONLY), membership.path});
  }
  return entrance;
}

Entrance entrance_of(const Cgroup& cgroup, std::vector<os::Fd> v1_tasks) {
  Entrance entrance;
  auto tasks = v1_tasks.begin();
  for (const Membership& membership : cgroup.memberships) {
    if (membership.hierarchy.unified()) continue;
    if (tasks == v1_tasks.end())
      throw Error(concat("enter cgroup ", membership.path, ": no way in was given"));
    entrance.v1.push_back({std::move(*tasks++), membership.path});
  }
  return entrance;
}

void enter(const Entrance& entrance) {
  // "0" is the thread that writes it, whatever its number is in which pid namespace.
  for (const Entrance::V1& way : entrance.v1)
    os::write_all(way.tasks.get(), "0", concat("0 to ", way.path, "/tasks"));
}

// 0 or errno. The children first only if they are in the way: a leaf takes one call.
static int remove_tree(const std::string& path, unsigned depth) {
  if (rmdir(path.c_str()) == 0 || errno == ENOENT) return 0;
  // A container that may write its cgroups can nest them as deep as PATH_MAX; rmdir fails there on its own.
  if (errno != EBUSY || depth > 1024) return errno;
  const std::vector<std::string> inside = children(path);
  if (inside.empty()) return EBUSY;
  for (const std::string& child : inside)
    if (const int error = remove_tree(child, depth + 1); error != 0) return error;
  return rmdir(path.c_str()) == 0 || errno == ENOENT ? 0 : errno;
}

bool remove_if_empty(const Cgroup& cgroup) {
  if (!cgroup.unit.empty()) return false;
  bool all = true;
  for (const Membership& membership : cgroup.memberships)
    all = (rmdir(membership.path.c_str()) == 0 || errno == ENOENT) && all;
  return all;
}

void remove(const Cgroup& cgroup) {
  using namespace std::chrono_literals;
  if (!cgroup.unit.empty()) stop_unit(cgroup);
  const auto deadline = std::chrono::steady_clock::now() + 10s;
  std::chrono::microseconds pause = 500us;
  struct Left {
    std::string path;
    int error;
  };
  std::vector<Left> left;
  for (const Membership& membership : cgroup.memberships) left.push_back({membership.path, EBUSY});
  for (;; pause = std::min<std::chrono::microseconds>(pause * 2, 100ms)) {
    std::erase_if(left, [](Left& one) { return (one.error = remove_tree(one.path, 0)) == 0; });
    const bool waiting =
        std::any_of(left.begin(), left.end(), [](const Left& one) { return one.error == EBUSY; });
    if (!waiting || std::chrono::steady_clock::now() >= deadline) break;
    std::this_thread::sleep_for(pause);
  }
  if (left.empty()) return;
  std::string hint;
  if (left.front().error == EBUSY) {
    const std::vector<pid_t> pids = processes_below(left.front().path);
    if (!pids.empty())
      hint = concat(pids.size(), " process(es) still in it, process ", pids.front(), " among them");
  }
  const std::string doing = concat("remove cgroup ", left.front().path);
  if (hint.empty()) throw SystemError(left.front().error, doing);
  throw SystemError(left.front().error, doing, hint);
}

int try_write_file(const std::string& path, std::string_view value) {
  const os::Fd fd(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (!fd) return errno;
  // One write: these files take each write as a whole request.
  for (;;) {
    if (write(fd.get(), value.data(), value.size()) >= 0) return 0;
    if (errno != EINTR) return errno;
  }
}

void write_file(const std::string& path, std::string_view value) {
  const int error = try_write_file(path, value);
  if (error != 0)
    throw SystemError(error, concat("write \"", value.substr(0, value.find('\n')), "\" to ", path));
}

}  // namespace scrim::cgroup
