// SPDX-License-Identifier: Apache-2.0
#include "hooks/guard/request.h"

#include "libprofile/document/field_reader.h"
#include "libprofile/document/file.h"
#include "libprofile/error.h"
#include "libprofile/resolve/bundle_request.h"
#include "libprofile/resolve/runtime_config.h"
#include "libprofile/text.h"

namespace scrim::guard {

using document::json::Value;

State parse_state(std::string_view text) {
  constexpr std::string_view file = "state";
  document::Warnings none;
  const document::FieldReader reader(file, none);
  const Value root = document::json::parse(text, file);
  (void)reader.object(root, "the state");
  State state;
  state.id = reader.text(reader.required(root, "id", "the state"), "id");
  const Value& bundle = reader.required(root, "bundle", "the state");
  state.bundle = reader.text(bundle, "bundle");
  if (!state.bundle.starts_with('/') || state.bundle.find('\0') != std::string::npos)
    reader.fail(bundle, "bundle must be an absolute path");
  if (const Value* const pid = document::FieldReader::member(root, "pid")) {
    constexpr std::int64_t most = 1 << 22;  // PID_MAX_LIMIT
    const auto number = pid->signed_integer();
    if (!number || *number < 0 || *number > most) reader.fail(*pid, "pid must be the number of a process");
    if (*number > 0) state.pid = static_cast<pid_t>(*number);
  }
  return state;
}

Request read_request(const State& state, lint::Runtime runtime) {
  Request request;
  request.config_file = concat(state.bundle, "/config.json");
  request.config = document::json::parse(document::read_text(request.config_file), request.config_file);
  resolve::RuntimeConfig config;
  if (runtime == lint::Runtime::scrim)
    config = resolve::load_runtime_config(resolve::default_runtime_config, false);
  document::Warnings of_the_runtime;
  resolve::Request wanted =
      resolve::bundle_request(request.config, request.config_file, config, of_the_runtime);
  // Whatever else it finds in annotations is scrim's to follow.
  if (runtime != lint::Runtime::scrim && !std::holds_alternative<resolve::Inline>(wanted.wanted))
    wanted.wanted = resolve::Nothing{};
  request.privileged = wanted.privileged;
  request.resolution = resolve::resolve(
      wanted, config.settings,
      {resolve::native_architecture(), resolve::running_kernel(), resolve::bounding_set(request.config)});
  return request;
}

}  // namespace scrim::guard
