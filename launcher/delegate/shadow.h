// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "launcher/os/fd.h"

// Shadow bundles: directories with the config.json that the delegate reads in place of the caller's.
//
//   BASE/delegate/ROOT/ID/XXXXXX/config.json   what was resolved
//                                bundle        the path of the caller's bundle
//
// Each create has a directory of its own, so a second create of the same id, which the delegate refuses,
// never touches the first one's. As long as the scrim that made a shadow is at work it holds a lock
// (flock(2)) on it; one without a lock belongs to a container that was created, or to nobody after a crash.
namespace scrim::delegate {

// Where scrim keeps what outlives a call: /run/scrim for root, $XDG_RUNTIME_DIR/scrim for others and for root
// of a user namespace, as runc does it. Nothing if that variable is not set.
[[nodiscard]] std::optional<std::string> base_directory();

// The directory of a delegate's state when --root is not given. `runtime`: its path or name.
[[nodiscard]] std::string default_root(std::string_view runtime);

// One path component that names `text`: readable, reversible for ids, at most 255 bytes.
[[nodiscard]] std::string escape_root(std::string_view path);
[[nodiscard]] std::string escape_id(std::string_view id);

// Where the shadows of one container are, whether there are any or not.
struct Place {
  std::string base;  // base_directory()
  std::string root;  // the delegate's, an absolute path
  std::string id;
  [[nodiscard]] std::string root_directory() const;
  [[nodiscard]] std::string directory() const;
};

// A shadow being used by this process. Removed at the end, unless kept.
class Shadow {
 public:
  // Makes an empty one and locks it. Missing directories are made with mode 0700; refuses directories that
  // others could write to. Throws Error.
  explicit Shadow(const Place& place);
  Shadow(const Shadow&) = delete;
  Shadow& operator=(const Shadow&) = delete;
  ~Shadow();

  // config.json appears last and whole.
  void write(std::string_view config, const std::string& callers_bundle) const;
  [[nodiscard]] const std::string& path() const { return path_; }
  void keep() { kept_ = true; }

 private:
  std::string path_;
  os::Fd directory_;  // holds the lock
  bool kept_ = false;
};

struct IdleShadow {
  std::string path;
  std::string id;
};

// The shadows of a container that no scrim is working with.
[[nodiscard]] std::vector<IdleShadow> idle_shadows(const Place& place);
// Of all containers of that root (place.id is not used).
[[nodiscard]] std::vector<IdleShadow> idle_shadows_of_root(const Place& place);

// By bundle, the config.json that its delegate was given: of several shadows the newest. Those of a scrim at
// work are among them, as `run` is for as long as its container.
[[nodiscard]] std::map<std::string, std::string> configs_of_bundles(const std::string& base);

// Removes one, unless a scrim has begun to work with it, and the directories above it that are then empty.
// What cannot be removed stays: it harms nobody.
void remove_idle_shadow(const std::string& path) noexcept;

// What a crash between the making of a shadow's directories left of them, if they are empty.
void remove_empty_directories(const Place& place) noexcept;

}  // namespace scrim::delegate
