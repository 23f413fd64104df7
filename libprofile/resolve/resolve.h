// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "libprofile/defaults/defaults.h"
#include "libprofile/document/json.h"
#include "libprofile/document/profile.h"
#include "libprofile/resolve/target.h"

// Which profile applies, and why. Terms are Kubernetes' (securityContext.seccompProfile, kubelet
// seccompDefault).
namespace scrim::resolve {

// What somebody asked for.
struct RuntimeDefault {
  std::optional<defaults::Engine> engine;  // nothing: Settings::runtime_default
  std::string version;                     // empty: the newest known
};
struct Localhost {
  std::string path;  // relative to Settings::profile_root
};
struct Unconfined {};
struct ProfileFile {
  std::string path;  // any path: only from a command line, never from a pod
};
struct Inline {
  document::OciSeccomp seccomp;  // linux.seccomp of a config.json
};
struct Nothing {};
using Wanted = std::variant<Nothing, RuntimeDefault, Localhost, Unconfined, ProfileFile, Inline>;

struct Request {
  Wanted wanted;
  bool privileged = false;
  // Who asked, one line each, outermost first: "annotation run.scrim.profile asks for RuntimeDefault".
  std::vector<std::string> because;
};

struct Settings {
  defaults::Engine runtime_default = defaults::Engine::containerd;
  std::string runtime_default_version;  // empty: the newest
  std::string profile_root = "/var/lib/kubelet/seccomp";
  bool seccomp_default = false;  // the kubelet's: nothing asked means RuntimeDefault
  // What a privileged container gets instead of Unconfined (CRI-O's privileged_seccomp_profile).
  std::optional<Wanted> privileged_profile;
  // Enforced in addition to whatever is asked for, also on Unconfined and privileged. Never Unconfined
  // itself; a ProfileFile must be one that only root can write.
  std::optional<Wanted> floor_profile;
};

// Resolution::name of a profile that was in linux.seccomp.
inline constexpr const char* inline_name = "config.json";

struct Resolution {
  // "Unconfined", "RuntimeDefault@containerd-2.3.4", "Localhost:web.json", "config.json", a file's path; with
  // a floor "Unconfined (floor: RuntimeDefault@docker-27.0.0)"
  std::string name;
  std::optional<document::OciSeccomp> seccomp;  // nothing: Unconfined. The floor, if that is all there is
  // Of each call the more restrictive answer of the two counts, as if this had been installed before the
  // other.
  std::optional<document::OciSeccomp> floor;
  std::vector<std::string> because;  // the chain that led here, one step a line
  document::Warnings warnings;
  std::string localhost_text;  // of the Localhost file, as it was read
  // It is linux.seccomp of the config.json, which write_resolution() leaves untouched.
  bool as_written = false;
};

// Kubernetes' rules: privileged before everything, then what was asked, then seccompDefault, else Unconfined.
// Then the floor.
// Reads Localhost and ProfileFile from disk: a Localhost path never leaves profile_root, neither by its text
// (absolute, "..") nor through a symbolic link (openat2 with RESOLVE_BENEATH).
[[nodiscard]] Resolution resolve(const Request& request, const Settings& settings, const Target& target);

// "RuntimeDefault", "RuntimeDefault@docker", "RuntimeDefault@containerd-1.6.20", "Localhost:PATH",
// "Unconfined", and Kubernetes' older spellings "runtime/default", "docker/default", "localhost/PATH",
// "unconfined". Nothing if it is none of those. Throws Error for an engine that does not exist.
[[nodiscard]] std::optional<Wanted> parse_wanted(std::string_view text);

}  // namespace scrim::resolve
