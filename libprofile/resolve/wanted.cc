// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "libprofile/error.h"
#include "libprofile/resolve/wanted.h"
#include "libprofile/text.h"

namespace scrim::resolve {

namespace {

constexpr std::string_view runtime_default = "RuntimeDefault";
constexpr std::string_view localhost = "Localhost:";
constexpr std::string_view older_localhost = "localhost/";

struct EngineName {
  std::string_view name;
  defaults::Engine engine;
};

// Projects are known by the name of what they are part of as well.
constexpr std::array engine_names{EngineName{"containerd", defaults::Engine::containerd},
                                  EngineName{"docker", defaults::Engine::docker},
                                  EngineName{"podman", defaults::Engine::podman},
                                  EngineName{"cri-o", defaults::Engine::cri_o},
                                  EngineName{"moby", defaults::Engine::docker},
                                  EngineName{"containers-common", defaults::Engine::podman},
                                  EngineName{"crio", defaults::Engine::cri_o}};

// What versions are made of; anything else could forge lines of messages.
bool is_version(std::string_view text) {
  return !text.empty() &&
         text.find_first_not_of("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.+~-_") ==
             std::string_view::npos;
}

}  // namespace

EngineVersion parse_engine_version(std::string_view text) {
  // "cri-o-1.30": an engine's name may have a dash itself, so the names are tried, not the dashes.
  for (const auto& [name, engine] : engine_names) {
    if (text == name) return {engine, {}};
    if (!text.starts_with(name) || text[name.size()] != '-') continue;
    const std::string_view version = text.substr(name.size() + 1);
    if (is_version(version)) return {engine, std::string(version)};
  }
  std::array<std::string_view, engine_names.size()> names;
  for (std::size_t i = 0; i < engine_names.size(); ++i) names[i] = engine_names[i].name;
  const std::string_view nearest = nearest_name(text, names);
  const std::string meant = nearest.empty() ? std::string() : concat(", did you mean ", nearest, "?");
  throw Error(concat(quoted(text), " is no engine whose default is known", meant,
                     " (containerd, docker, podman, cri-o, optionally with a version: containerd-1.6.20)"));
}

std::optional<Wanted> parse_wanted(std::string_view text) {
  // "docker/default" is Kubernetes' older name of "runtime/default", whatever the engine
  // (DeprecatedSeccompProfileDockerDefault in its API).
  if (text == runtime_default || text == "runtime/default" || text == "docker/default")
    return RuntimeDefault{};
  if (text == "Unconfined" || text == "unconfined") return Unconfined{};
  if (text.starts_with(localhost)) return Localhost{std::string(text.substr(localhost.size()))};
  if (text.starts_with(older_localhost)) return Localhost{std::string(text.substr(older_localhost.size()))};
  if (text.starts_with(runtime_default) && text[runtime_default.size()] == '@') {
    const EngineVersion which = parse_engine_version(text.substr(runtime_default.size() + 1));
    return RuntimeDefault{which.engine, which.version};
  }
  return std::nullopt;
}

std::string describe(const Wanted& wanted) {
  struct Describe {
    std::string operator()(const Nothing&) const { return "no profile"; }
    std::string operator()(const Unconfined&) const { return "Unconfined"; }
    std::string operator()(const Localhost& from) const { return concat(localhost, from.path); }
    std::string operator()(const ProfileFile& from) const { return from.path; }
    std::string operator()(const Inline& from) const {
      return concat("linux.seccomp of ", from.seccomp.file);
    }
    std::string operator()(const RuntimeDefault& from) const {
      if (!from.engine) return std::string(runtime_default);
      return concat(runtime_default, "@", defaults::name_of(*from.engine), from.version.empty() ? "" : "-",
                    from.version);
    }
  };
  return std::visit(Describe{}, wanted);
}

}  // namespace scrim::resolve
