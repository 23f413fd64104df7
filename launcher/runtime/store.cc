// SPDX-License-Identifier: Apache-2.0
#include "launcher/runtime/store.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "launcher/init/init.h"
#include "launcher/os/process_stat.h"
#include "launcher/os/socket.h"
#include "launcher/runtime/notify.h"
#include "libprofile/document/file.h"
#include "libprofile/error.h"
#include "libprofile/text.h"

namespace scrim::runtime {

namespace {

constexpr const char* state_file = "state.json";
constexpr const char* filter_file = "filter";
constexpr std::size_t longest_id = 1024;

// runc's rule (libcontainer/factory_linux.go): letters, digits, and _ + - . ; what cannot be a file name is
// out too.
void check_id(const std::string& id) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '+' || c == '-' || c == '.';
  };
  if (id.empty() || id.size() > longest_id || id == "." || id == ".." ||
      !std::all_of(id.begin(), id.end(), allowed))
    throw Error(concat("invalid container id ", quoted(id), ": use letters, digits, and _ + - ."));
}

void make_directories(const std::string& path) {
  std::string prefix;
  for (const std::string_view component : split(path, '/')) {
    if (component.empty()) continue;
    prefix += '/';
    prefix += component;
    if (mkdir(prefix.c_str(), 0711) != 0 && errno != EEXIST) throw_errno(concat("make directory ", prefix));
  }
}

std::optional<os::Fd> open_directory(int at, const std::string& path) {
  os::Fd fd(openat(at, path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (fd) return fd;
  if (errno == ENOENT) return std::nullopt;
  throw_errno(concat("open ", path));
}

void lock(const os::Fd& directory, const std::string& id) {
  while (flock(directory.get(), LOCK_EX) != 0)
    if (errno != EINTR) throw_errno(concat("lock container ", id));
}

// Whoever held the lock may have deleted it, and another may have made one of that name since.
bool is_named(const os::Fd& root, const os::Fd& directory, const std::string& id) {
  struct stat ours {};
  struct stat named {};
  return fstat(directory.get(), &ours) == 0 &&
         fstatat(root.get(), id.c_str(), &named, AT_SYMLINK_NOFOLLOW) == 0 && ours.st_ino == named.st_ino &&
         ours.st_dev == named.st_dev;
}

}  // namespace

std::string default_root() {
  const char* runtime_dir = std::getenv("XDG_RUNTIME_DIR");
  if (geteuid() != 0 && runtime_dir != nullptr && *runtime_dir != '\0')
    return concat(runtime_dir, "/scrim/containers");
  return "/run/scrim/containers";
}

Container Store::create(const std::string& id) const {
  check_id(id);
  std::optional<os::Fd> root = open_directory(AT_FDCWD, root_);
  if (!root) {
    make_directories(root_);
    root = open_directory(AT_FDCWD, root_);
    if (!root) throw SystemError(ENOENT, concat("open ", root_));
  }
  if (mkdirat(root->get(), id.c_str(), 0700) != 0) {
    if (errno == EEXIST) throw Error(concat("container with id exists: ", id, " (in ", root_, ")"));
    throw_errno(concat("make directory ", root_, "/", id));
  }
  std::optional<os::Fd> directory = open_directory(root->get(), id);
  if (!directory) throw Error(concat("container ", id, " was deleted while it was being created"));
  lock(*directory, id);
  // Somebody else may have had the lock first, found nothing in it, and removed it.
  if (!is_named(*root, *directory, id))
    throw Error(concat("container ", id, " was deleted while it was being created"));
  return {std::move(*root), std::move(*directory), id, Container::Lock::held};
}

std::optional<Container> Store::find(const std::string& id) const {
  check_id(id);
  std::optional<os::Fd> root = open_directory(AT_FDCWD, root_);
  if (!root) return std::nullopt;
  for (;;) {
    std::optional<os::Fd> directory = open_directory(root->get(), id);
    if (!directory) return std::nullopt;
    lock(*directory, id);
    if (is_named(*root, *directory, id))
      return Container(std::move(*root), std::move(*directory), id, Container::Lock::held);
  }
}

Container Store::open(const std::string& id) const {
  std::optional<Container> container = find(id);
  if (!container) throw Error(concat("container ", id, " does not exist (in ", root_, ")"));
  return std::move(*container);
}

Container Store::look(const std::string& id) const {
  check_id(id);
  std::optional<os::Fd> root = open_directory(AT_FDCWD, root_);
  std::optional<os::Fd> directory = root ? open_directory(root->get(), id) : std::nullopt;
  if (!directory) throw Error(concat("container ", id, " does not exist (in ", root_, ")"));
  return {std::move(*root), std::move(*directory), id, Container::Lock::free};
}

std::vector<std::string> Store::ids() const {
  std::vector<std::string> all;
  const auto close_dir = [](DIR* stream) { closedir(stream); };
  const std::unique_ptr<DIR, decltype(close_dir)> entries(opendir(root_.c_str()), close_dir);
  if (!entries) {
    if (errno == ENOENT) return all;
    throw_errno(concat("list ", root_));
  }
  while (const dirent* entry = readdir(entries.get()))
    if (entry->d_name[0] != '.' && entry->d_type == DT_DIR) all.emplace_back(entry->d_name);
  std::sort(all.begin(), all.end());
  return all;
}

Container::~Container() {
  if (directory_) unlock();
}

void Container::unlock() {
  flock(directory_.get(), LOCK_UN);
  lock_ = Lock::free;
}

bool Container::lock_again() {
  lock(directory_, id_);
  lock_ = Lock::held;
  return is_named(root_, directory_, id_);
}

bool Container::is_being_changed() const {
  if (lock_ == Lock::held) return false;
  // A descriptor of its own: flock(2) belongs to what open(2) made, and shared ones do not see each other.
  const os::Fd other(openat(directory_.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return other && flock(other.get(), LOCK_SH | LOCK_NB) != 0;
}

void Container::close_copies() {
  directory_.reset();
  root_.reset();
}

std::optional<std::string> Container::read_state_file() const {
  const os::Fd file(openat(directory_.get(), state_file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!file && errno == ENOENT) return std::nullopt;
  if (!file) throw_errno(concat("open state of container ", id_));
  return document::read_text(file.get(), concat(id_, "/", state_file));
}

ContainerState Container::load() const {
  if (const auto text = read_state_file()) return parse_state(*text, concat(id_, "/", state_file));
  // Of one that is looked at without the lock: `delete` may just have removed it.
  if (!is_named(root_, directory_, id_)) throw Error(concat("container ", id_, " does not exist"));
  ContainerState interrupted;
  interrupted.id = id_;
  return interrupted;
}

ContainerState Container::salvage() const {
  ContainerState state;
  try {
    state = salvage_state(read_state_file().value_or(""), state_file);
  } catch (const Error&) {  // NOLINT(bugprone-empty-catch): then there is nothing to be known
  }
  state.id = id_;
  return state;
}

void Container::save(const ContainerState& state) const {
  write_beside(state).put_in_place();
}

os::Replacement Container::write_beside(const ContainerState& state) const {
  return {directory_, state_file, to_text(state), 0600};
}

void Container::save_filter(const filter::Program& program) const {
  const os::Fd file = os::open_at(directory_, filter_file, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600);
  os::write_all(
      file.get(),
      std::string_view(reinterpret_cast<const char*>(program.data()), program.size() * sizeof(sock_filter)),
      concat("the filter of container ", id_));
}

filter::Program Container::load_filter() const {
  const std::string bytes = os::read_kernel_file_at(directory_, filter_file);
  filter::Program program(bytes.size() / sizeof(sock_filter));
  if (program.empty() || program.size() > BPF_MAXINSNS || bytes.size() % sizeof(sock_filter) != 0)
    throw Error(concat("the filter of container ", id_, " is damaged"));
  std::memcpy(program.data(), bytes.data(), bytes.size());
  return program;
}

void Container::remove() {
  // Its few files are known by name; whatever else lies there is not ours to remove, and rmdir(2) will say
  // so. The state last: whoever looks meanwhile finds it whole or not at all.
  for (const char* name : {filter_file, init::start_socket_name, ".state.json.new", state_file})
    if (unlinkat(directory_.get(), name, 0) != 0 && errno != ENOENT)
      throw_errno(concat("remove ", name, " of container ", id_));
  if (unlinkat(root_.get(), id_.c_str(), AT_REMOVEDIR) == 0 || errno == ENOENT) return;
  // The one directory that may be in there.
  if (errno == ENOTEMPTY) {
    (void)unlinkat(directory_.get(), notify_socket, 0);
    (void)unlinkat(directory_.get(), notify_directory, AT_REMOVEDIR);
  }
  if (unlinkat(root_.get(), id_.c_str(), AT_REMOVEDIR) != 0 && errno != ENOENT)
    throw_errno(concat("remove the directory of container ", id_));
}

std::optional<std::uint64_t> process_start_time(pid_t pid) {
  const std::optional<os::ProcessStat> stat = os::process_stat(pid);
  if (!stat || stat->is_dead()) return std::nullopt;
  return stat->start_time;
}

Status status_of(const ContainerState& state, const Container& container) {
  if (state.pid == 0) return container.is_being_changed() ? Status::creating : Status::stopped;
  const std::optional<std::uint64_t> started = process_start_time(state.pid);
  if (!started || *started != state.start_time) return Status::stopped;
  if (cgroup::is_frozen(state.cgroup)) return Status::paused;
  // Init listens until it is told to start; then nobody does, whatever became of the socket's file.
  if (os::is_listened_to(container.directory(), init::start_socket_name)) return Status::created;
  // Nor does one that was killed before it started: its descriptors are closed some time before it is dead.
  const std::optional<os::ProcessStat> stat = os::process_stat(state.pid);
  return !stat || stat->is_ending() ? Status::stopped : Status::running;
}

}  // namespace scrim::runtime
