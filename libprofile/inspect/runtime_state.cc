// SPDX-License-Identifier: Apache-2.0
#include "libprofile/inspect/runtime_state.h"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>

#include "libprofile/error.h"
#include "libprofile/inspect/owned_file.h"
#include "libprofile/inspect/proc_files.h"
#include "libprofile/text.h"

namespace scrim::inspect {

using document::json::Value;

namespace {

std::uint64_t number_at(const Value& object, std::string_view name) {
  const Value* const member = object.find(name);
  return member == nullptr ? 0 : member->unsigned_integer().value_or(0);
}

// runc has it among the labels of libcontainer's configuration (utils_linux.go, createContainer).
std::string bundle_of_runc(const Value& state) {
  constexpr std::string_view label = "bundle=";
  const Value* const config = state.find("config");
  const Value* const labels = config == nullptr ? nullptr : config->find("labels");
  if (labels == nullptr || labels->array() == nullptr) return {};
  for (const Value& each : *labels->array())
    if (each.string() != nullptr && each.string()->starts_with(label))
      return each.string()->substr(label.size());
  return {};
}

bool is_directory_of(const std::string& path, uid_t user) {
  struct stat status {};
  return lstat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode) && status.st_uid == user;
}

bool exists(const std::string& path) {
  struct stat status {};
  return lstat(path.c_str(), &status) == 0;
}

RuntimeState read_state(const std::string& directory, uid_t user) {
  const std::string of_runc = concat(directory, "/state.json");
  const bool is_runc = exists(of_runc);
  const Value state = read_owned("", is_runc ? of_runc : concat(directory, "/status"), user);
  RuntimeState out;
  out.user = user;
  out.id = directory.substr(directory.rfind('/') + 1);
  out.runtime = is_runc ? "runc" : "crun";
  out.bundle = is_runc ? bundle_of_runc(state) : text_at(state, "bundle");
  out.pid = static_cast<pid_t>(number_at(state, is_runc ? "init_process_pid" : "pid"));
  const std::uint64_t begun = number_at(state, is_runc ? "init_process_start" : "process-start-time");
  if (begun != 0 && start_time_of(out.pid) != begun) out.pid = 0;
  return out;
}

}  // namespace

std::vector<RuntimeState> runtime_states(const std::string& root) {
  struct stat status {};
  if (stat(root.c_str(), &status) != 0) return {};
  std::vector<RuntimeState> all;
  std::error_code error;
  std::filesystem::directory_iterator each(root, error);
  for (; !error && each != std::filesystem::directory_iterator(); each.increment(error)) {
    const std::string directory = each->path().string();
    if (is_directory_of(directory, status.st_uid)) try {
        RuntimeState state = read_state(directory, status.st_uid);
        if (state.pid > 0 && state.bundle.starts_with('/')) all.push_back(std::move(state));
      } catch (const Error&) {
        continue;  // deleted meanwhile, or no container's
      }
  }
  std::ranges::sort(all, {}, &RuntimeState::id);
  return all;
}

}  // namespace scrim::inspect
