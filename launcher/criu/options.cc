// SPDX-License-Identifier: Apache-2.0
#include "launcher/criu/options.h"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <optional>

#include "launcher/os/program.h"
#include "libprofile/error.h"
#include "libprofile/text.h"

namespace scrim::criu {

namespace {

// Nothing: none.
std::optional<std::string> config_file(const std::vector<bundle::Setting>& annotations) {
  const auto named = std::ranges::find(annotations, "org.criu.config", &bundle::Setting::name);
  if (named != annotations.end()) return named->value.empty() ? std::nullopt : std::optional(named->value);
  for (const char* file : {"/etc/criu/scrim.conf", "/etc/criu/runc.conf"})
    if (access(file, R_OK) == 0) return file;
  return std::nullopt;
}

}  // namespace

std::string find_program(const std::string& wanted) {
  const std::string name = wanted.empty() ? "criu" : wanted;
  try {
    std::string path = std::filesystem::absolute(os::find_program(name)).string();
    if (access(path.c_str(), X_OK) == 0) return path;
  } catch (const Error&) {  // NOLINT(bugprone-empty-catch): there is none
  }
  throw Error(concat("needs criu(8), which is not here: no program ", name, wanted.empty() ? " in $PATH" : "",
                     " (Debian's package criu; --criu FILE names another; or a runtime that has one: "
                     "--delegate runc, from the container's creation on)"));
}

bool is_at_least_3_19(std::string_view said) {
  constexpr std::string_view label = "Version: ";
  const std::size_t at = said.find(label);
  if (at == said.npos) return false;
  said.remove_prefix(at + label.size());
  unsigned major = 0;
  unsigned minor = 0;
  const char* const end = said.data() + said.size();
  const auto [dot, error] = std::from_chars(said.data(), end, major);
  if (error != std::errc() || dot == end || *dot != '.') return false;
  if (std::from_chars(dot + 1, end, minor).ec != std::errc()) return false;
  return major > 3 || (major == 3 && minor >= 19);
}

bool restores_no_new_privs(const std::string& program) {
  const os::Captured said =
      os::capture(program, {"criu", "--version", "--no-default-config"}, os::StandardError::discarded);
  return is_at_least_3_19(said.output);
}

std::vector<std::string> common_arguments(const Options& options,
                                          const std::vector<bundle::Setting>& annotations) {
  std::vector<std::string> arguments{"-v4", "--no-default-config",
                                     concat("--manage-cgroups=", options.manage_cgroups)};
  const auto flag = [&](bool given, const char* name) {
    if (given) arguments.emplace_back(name);
  };
  flag(options.tcp_established, "--tcp-established");
  flag(options.ext_unix_sk, "--ext-unix-sk");
  flag(options.shell_job, "--shell-job");
  flag(options.file_locks, "--file-locks");
  flag(options.auto_dedup, "--auto-dedup");
  if (options.empty_network) arguments.insert(arguments.end(), {"--empty-ns", "net"});
  if (const std::optional<std::string> file = config_file(annotations))
    arguments.insert(arguments.end(), {"--config", *file});
  return arguments;
}

std::vector<std::string> network_lock_arguments() {
  try {
    (void)os::find_program("iptables-restore");
    return {};
  } catch (const Error&) {
    return {"--network-lock", "nftables"};
  }
}

bool is_empty_network(const std::vector<std::string>& names) {
  for (const std::string& name : names)
    if (name != "network") throw Error(concat("--empty-ns ", name, ": only \"network\" is known"));
  return !names.empty();
}

}  // namespace scrim::criu
