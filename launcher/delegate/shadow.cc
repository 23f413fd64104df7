// SPDX-License-Identifier: Apache-2.0
#include "launcher/delegate/shadow.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <memory>

#include "launcher/os/directory.h"
#include "libprofile/document/file.h"
#include "libprofile/error.h"
#include "libprofile/text.h"

namespace scrim::delegate {

constexpr std::string_view hex_digits = "0123456789ABCDEF";
constexpr std::size_t longest_readable_name = 200;  // of NAME_MAX (255)

static bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' ||
         c == '+';
}

static void append_escaped(std::string& out, char c) {
  const auto byte = static_cast<unsigned char>(c);
  out += '@';
  out += hex_digits[byte >> 4U];
  out += hex_digits[byte & 15U];
}

// FNV-1a: tells long names apart that begin alike. No defence needed: who could choose them owns the
// directory.
static std::string shortened(std::string name) {
  if (name.size() <= longest_readable_name) return name;
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  name.resize(longest_readable_name);
  name += '@';
  for (unsigned shift = 64; shift > 0; shift -= 4) name += hex_digits[(hash >> (shift - 4)) & 15U];
  return name;
}

std::string escape_root(std::string_view path) {
  std::string out;
  while (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
  if (path.starts_with('/')) path.remove_prefix(1);
  for (const char c : path) {
    if (c == '/')
      out += '-';
    else if (is_plain(c) && !(c == '.' && out.empty()))
      out += c;
    else
      append_escaped(out, c);
  }
  return out.empty() ? "-" : shortened(std::move(out));
}

std::string escape_id(std::string_view id) {
  std::string out;
  for (const char c : id) {
    if ((is_plain(c) && !(c == '.' && out.empty())) || c == '-')
      out += c;
    else
      append_escaped(out, c);
  }
  return out.empty() ? "@" : shortened(std::move(out));
}

static std::string unescape_id(std::string_view name) {
  std::string out;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const std::size_t high =
        name[i] == '@' && i + 2 < name.size() ? hex_digits.find(name[i + 1]) : std::string::npos;
    const std::size_t low = high != std::string::npos ? hex_digits.find(name[i + 2]) : std::string::npos;
    if (low == std::string::npos) {
      out += name[i];
    } else {
      out += static_cast<char>(high << 4U | low);
      i += 2;
    }
  }
  return out;
}

// runc and crun: user_namespaces(7), "uid_map"; the first user namespace maps everything onto itself.
static bool is_in_first_user_namespace() {
  try {
    const std::string map = os::read_kernel_file("/proc/self/uid_map");
    return map.find("4294967295") != std::string::npos;
  } catch (const Error&) {
    return true;  // a kernel without user namespaces
  }
}

static std::string environment(const char* name) {
  const char* value = getenv(name);
  return value != nullptr ? value : "";
}

std::optional<std::string> base_directory() {
  if (geteuid() == 0 && is_in_first_user_namespace()) return "/run/scrim";
  const std::string runtime_directory = environment("XDG_RUNTIME_DIR");
  if (!runtime_directory.starts_with('/')) return std::nullopt;
  return concat(runtime_directory, "/scrim");
}

std::string default_root(std::string_view runtime) {
  const std::string name = std::filesystem::path(runtime).filename();
  // crun honours the variable always, runc only where it is not the machine's root (their get_state_directory
  // and main.go).
  const std::string runtime_directory = environment("XDG_RUNTIME_DIR");
  const bool is_crun = name.find("crun") != std::string::npos;
  const bool honoured = is_crun || geteuid() != 0 || !is_in_first_user_namespace();
  return concat(honoured && !runtime_directory.empty() ? runtime_directory : "/run", "/", name);
}

std::string Place::root_directory() const {
  return concat(base, "/delegate/", escape_root(root));
}
std::string Place::directory() const {
  return concat(root_directory(), "/", escape_id(id));
}

static std::string parent_of(const std::string& path) {
  return path.substr(0, path.rfind('/'));
}

static os::Fd try_open_directory(const std::string& path) {
  return os::Fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
}

// A directory that is ours alone to write to; made if it is missing.
static void require_directory(const std::string& path) {
  if (mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) throw_errno(concat("make directory ", path));
  struct stat status {};
  if (lstat(path.c_str(), &status) != 0) throw_errno(concat("look at ", path));
  if (!S_ISDIR(status.st_mode)) throw Error(concat(path, " is no directory"));
  if (status.st_uid != geteuid() || (status.st_mode & (S_IWGRP | S_IWOTH)) != 0)
    throw Error(
        concat(path, ": others can write to it (chown it to the user who runs scrim and chmod it to 0700)"));
}

// The lock under which shadows of one container appear, are listed and disappear; held for moments only.
// Empty if the directory does not exist.
static os::Fd lock_container(const std::string& directory) {
  for (;;) {
    os::Fd fd = try_open_directory(directory);
    if (!fd) return fd;
    while (flock(fd.get(), LOCK_EX) != 0)
      if (errno != EINTR) throw_errno(concat("lock ", directory));
    struct stat locked {};
    struct stat named {};
    if (fstat(fd.get(), &locked) == 0 && stat(directory.c_str(), &named) == 0 &&
        locked.st_ino == named.st_ino)
      return fd;  // not removed while we waited
  }
}

static std::vector<std::string> entries_of(const std::string& directory) {
  const os::Fd opened = try_open_directory(directory);
  return opened ? os::names_in(opened, directory) : std::vector<std::string>();
}

// A container's directory and the one above it; refused while there is something in them. With the
// container's lock held.
static void remove_if_empty(const std::string& directory) {
  rmdir(directory.c_str());
  rmdir(parent_of(directory).c_str());
}

// With the container's lock held.
static void remove_directory(const std::string& path) {
  for (const std::string& name : entries_of(path)) unlink(concat(path, "/", name).c_str());
  rmdir(path.c_str());
  remove_if_empty(parent_of(path));
}

Shadow::Shadow(const Place& place) {
  require_directory(place.base);
  require_directory(concat(place.base, "/delegate"));
  // Somebody who removes the last shadow takes the empty directories above away, perhaps between two steps of
  // ours.
  for (int tries = 0; tries < 100; ++tries) {
    if (mkdir(place.root_directory().c_str(), 0700) != 0 && errno != EEXIST)
      throw_errno(concat("make directory ", place.root_directory()));
    if (mkdir(place.directory().c_str(), 0700) != 0 && errno != EEXIST) {
      if (errno == ENOENT) continue;
      throw_errno(concat("make directory ", place.directory()));
    }
    const os::Fd lock = lock_container(place.directory());
    if (!lock) continue;
    std::string path = concat(place.directory(), "/XXXXXX");
    if (mkdtemp(path.data()) == nullptr) throw_errno(concat("make a directory in ", place.directory()));
    directory_ = os::open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    if (flock(directory_.get(), LOCK_EX | LOCK_NB) != 0) throw_errno(concat("lock ", path));
    path_ = std::move(path);
    return;
  }
  throw Error(concat("make directory ", place.directory(), ": it is removed again and again"));
}

Shadow::~Shadow() {
  if (kept_) return;
  try {
    const os::Fd lock = lock_container(parent_of(path_));
    remove_directory(path_);
  } catch (const Error&) {
    // It stays, without a lock: the next delete of this id removes it.
  }
}

void Shadow::write(std::string_view config, const std::string& callers_bundle) const {
  os::replace_file(directory_, "bundle", callers_bundle, 0600);
  os::replace_file(directory_, "config.json", config, 0600);
}

static void append_idle_shadows(const std::string& directory, const std::string& id,
                                std::vector<IdleShadow>& out) {
  const os::Fd lock = lock_container(directory);
  if (!lock) return;
  for (const std::string& name : entries_of(directory)) {
    const std::string path = concat(directory, "/", name);
    const os::Fd shadow = try_open_directory(path);
    if (shadow && flock(shadow.get(), LOCK_EX | LOCK_NB) == 0) out.push_back({path, id});
  }
}

std::vector<IdleShadow> idle_shadows(const Place& place) {
  std::vector<IdleShadow> out;
  append_idle_shadows(place.directory(), place.id, out);
  return out;
}

std::vector<IdleShadow> idle_shadows_of_root(const Place& place) {
  std::vector<IdleShadow> out;
  for (const std::string& name : entries_of(place.root_directory()))
    append_idle_shadows(concat(place.root_directory(), "/", name), unescape_id(name), out);
  return out;
}

std::map<std::string, std::string> configs_of_bundles(const std::string& base) {
  std::map<std::string, std::string> configs;
  std::map<std::string, timespec> newest;
  const std::string roots = concat(base, "/delegate");
  for (const std::string& root : entries_of(roots))
    for (const std::string& id : entries_of(concat(roots, "/", root)))
      for (const std::string& shadow : entries_of(concat(roots, "/", root, "/", id))) {
        const std::string path = concat(roots, "/", root, "/", id, "/", shadow);
        const std::string config = concat(path, "/config.json");
        struct stat status {};
        if (lstat(config.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) continue;
        std::string bundle;
        try {
          bundle = document::read_text(concat(path, "/bundle"));
        } catch (const Error&) {
          continue;  // removed meanwhile
        }
        const auto time = [](const timespec& at) { return std::pair(at.tv_sec, at.tv_nsec); };
        const auto [known, is_new] = newest.try_emplace(bundle, status.st_mtim);
        if (!is_new && time(known->second) > time(status.st_mtim)) continue;
        known->second = status.st_mtim;
        configs[bundle] = config;
      }
  return configs;
}

void remove_idle_shadow(const std::string& path) noexcept {
  try {
    const os::Fd lock = lock_container(parent_of(path));
    const os::Fd shadow = try_open_directory(path);
    if (shadow && flock(shadow.get(), LOCK_EX | LOCK_NB) == 0) remove_directory(path);
  } catch (const Error&) {
    return;
  }
}

void remove_empty_directories(const Place& place) noexcept {
  try {
    const os::Fd lock = lock_container(place.directory());
    remove_if_empty(place.directory());
  } catch (const Error&) {
    return;
  }
}

}  // namespace scrim::delegate
