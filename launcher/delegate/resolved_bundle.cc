// SPDX-License-Identifier: Apache-2.0
#include "launcher/delegate/resolved_bundle.h"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <filesystem>
#include <memory>

#include "libprofile/document/file.h"
#include "libprofile/error.h"
#include "libprofile/resolve/bundle_request.h"
#include "libprofile/resolve/resolve.h"
#include "libprofile/resolve/target.h"
#include "libprofile/text.h"

namespace scrim::delegate {

using document::json::Value;

static std::string real_path(const std::string& path) {
  const std::unique_ptr<char, void (*)(void*)> real(realpath(path.c_str(), nullptr), std::free);
  if (!real) throw_errno(concat("find bundle ", path));
  return real.get();
}

// A string member that is a relative path, if that is what it is.
static std::string* relative_path(Value* object, std::string_view name) {
  Value* value = object != nullptr ? object->find(name) : nullptr;
  auto* path = value != nullptr ? std::get_if<std::string>(&value->data()) : nullptr;
  return path != nullptr && !path->empty() && path->front() != '/' ? path : nullptr;
}

static bool is_bind_mount(const Value& mount) {
  const Value* type = mount.find("type");
  if (type != nullptr && type->string() != nullptr && *type->string() == "bind") return true;
  const Value* options = mount.find("options");
  if (options == nullptr || options->array() == nullptr) return false;
  return std::ranges::any_of(*options->array(), [](const Value& option) {
    return option.string() != nullptr && (*option.string() == "bind" || *option.string() == "rbind");
  });
}

void make_paths_absolute(Value& config, const std::string& bundle) {
  if (std::string* root = relative_path(config.find("root"), "path")) {
    // runc refuses a root that does not look as it would after filepath.Clean
    // (libcontainer/configs/validate).
    std::string path = (std::filesystem::path(bundle) / *root).lexically_normal();
    while (path.size() > 1 && path.ends_with('/')) path.pop_back();
    *root = path;
  }
  if (Value* mounts = config.find("mounts"); mounts != nullptr && mounts->array() != nullptr) {
    for (Value& mount : *mounts->array()) {
      std::string* source = relative_path(&mount, "source");
      if (source != nullptr && is_bind_mount(mount)) *source = concat(bundle, "/", *source);
    }
  }
  if (Value* section = config.find("linux")) {
    if (std::string* path = relative_path(section->find("seccomp"), "listenerPath"))
      *path = concat(bundle, "/", *path);
  }
}

ResolvedBundle resolve_bundle(const std::string& bundle, const std::string& config_file,
                              const resolve::RuntimeConfig& runtime_config, const Carrier& carrier) {
  ResolvedBundle out;
  out.bundle = real_path(bundle.empty() ? "." : bundle);
  // crun takes --config relative to where it is called, except for the name it looks for anyway.
  const bool is_default = config_file.empty() || config_file == "config.json";
  const std::string file = is_default ? concat(out.bundle, "/config.json") : config_file;
  Value config = document::json::parse(document::read_text(file), file);
  if (config.object() == nullptr)
    throw document::DocumentError(
        file, config.position(),
        concat("expected an object with the container's configuration, got ", config.kind()));

  document::Warnings warnings;
  const resolve::Request request = resolve::bundle_request(config, file, runtime_config, warnings);
  const resolve::Target target{resolve::native_architecture(), resolve::running_kernel(),
                               resolve::bounding_set(config)};
  const resolve::Resolution resolution = resolve::resolve(request, runtime_config.settings, target);
  out.because = resolution.because;
  write_enforcement(config, resolution, carrier, out.because, warnings);
  make_paths_absolute(config, out.bundle);
  out.config = document::json::to_text(config);
  for (const document::Warning& warning : warnings) out.warnings.push_back(warning.text);
  for (const document::Warning& warning : resolution.warnings) out.warnings.push_back(warning.text);
  return out;
}

}  // namespace scrim::delegate
