// SPDX-License-Identifier: Apache-2.0
// hooks (runtime-spec, config.md "POSIX-platform Hooks").
#include "launcher/bundle/readers.h"

namespace scrim::bundle {

namespace {

std::vector<Hook> read_list(const Field& hooks, std::string_view name) {
  std::vector<Hook> list;
  for (const Field& entry : hooks.objects_or_none(name)) {
    Hook hook;
    hook.path = entry.require("path").absolute_path();
    hook.args = entry.strings_or_none("args");
    hook.env = entry.strings_or_none("env");
    if (const auto timeout = entry.find("timeout")) hook.timeout = timeout->integer<int>(1);
    list.push_back(std::move(hook));
  }
  return list;
}

}  // namespace

Hooks read_hooks(const Field& hooks) {
  return {.prestart = read_list(hooks, "prestart"),
          .create_runtime = read_list(hooks, "createRuntime"),
          .create_container = read_list(hooks, "createContainer"),
          .start_container = read_list(hooks, "startContainer"),
          .poststart = read_list(hooks, "poststart"),
          .poststop = read_list(hooks, "poststop")};
}

Hooks read_hooks(const document::json::Value& hooks, const std::string& file) {
  if (hooks.is_null()) return {};
  document::Warnings warnings;
  const Source source{.file = file, .warnings = warnings};
  return read_hooks(Field(hooks, "hooks", source));
}

}  // namespace scrim::bundle
