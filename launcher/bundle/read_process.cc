// SPDX-License-Identifier: Apache-2.0
// process (runtime-spec, config.md "Process").
#include <algorithm>
#include <array>
#include <unordered_set>

#include "launcher/bundle/readers.h"
#include "libprofile/text.h"

namespace scrim::bundle {

namespace {

struct NamedLimit {
  std::string_view name;
  int resource;
};

// getrlimit(2).
constexpr std::array<NamedLimit, 16> known_limits{{
    {"RLIMIT_AS", RLIMIT_AS},
    {"RLIMIT_CORE", RLIMIT_CORE},
    {"RLIMIT_CPU", RLIMIT_CPU},
    {"RLIMIT_DATA", RLIMIT_DATA},
    {"RLIMIT_FSIZE", RLIMIT_FSIZE},
    {"RLIMIT_LOCKS", RLIMIT_LOCKS},
    {"RLIMIT_MEMLOCK", RLIMIT_MEMLOCK},
    {"RLIMIT_MSGQUEUE", RLIMIT_MSGQUEUE},
    {"RLIMIT_NICE", RLIMIT_NICE},
    {"RLIMIT_NOFILE", RLIMIT_NOFILE},
    {"RLIMIT_NPROC", RLIMIT_NPROC},
    {"RLIMIT_RSS", RLIMIT_RSS},
    {"RLIMIT_RTPRIO", RLIMIT_RTPRIO},
    {"RLIMIT_RTTIME", RLIMIT_RTTIME},
    {"RLIMIT_SIGPENDING", RLIMIT_SIGPENDING},
    {"RLIMIT_STACK", RLIMIT_STACK},
}};

std::string unknown_limit(std::string_view name) {
  std::array<std::string_view, known_limits.size()> names;
  std::transform(known_limits.begin(), known_limits.end(), names.begin(),
                 [](const NamedLimit& l) { return l.name; });
  const std::string_view near = nearest_name(name, names);
  return concat(quoted(name), " is no resource limit that getrlimit(2) knows",
                near.empty() ? std::string() : concat("; did you mean ", near, "?"));
}

std::vector<Rlimit> read_rlimits(const Field& process) {
  std::vector<Rlimit> rlimits;
  for (const Field& entry : process.objects_or_none("rlimits")) {
    const Field type = entry.require("type");
    Rlimit rlimit;
    rlimit.name = type.string();
    const auto* known = std::find_if(known_limits.begin(), known_limits.end(),
                                     [&](const NamedLimit& limit) { return limit.name == rlimit.name; });
    if (known == known_limits.end()) type.fail(unknown_limit(rlimit.name));
    rlimit.resource = known->resource;
    // config.md, "POSIX process": duplicated entries with same type MUST be an error.
    if (std::any_of(rlimits.begin(), rlimits.end(),
                    [&](const Rlimit& l) { return l.resource == rlimit.resource; })) {
      type.fail(concat("names ", rlimit.name, " a second time"));
    }
    rlimit.soft = entry.require("soft").integer<rlim_t>();
    rlimit.hard = entry.require("hard").integer<rlim_t>();
    rlimits.push_back(rlimit);
  }
  return rlimits;
}

// Names are taken as capabilities(7) spells them, as runc does: a looser reading would give a capability that
// runc would have left out.
Capabilities read_capabilities(const Field& field) {
  Capabilities capabilities;
  std::unordered_set<std::string> warned;
  const auto read_set = [&](std::string_view name, resolve::CapabilitySet& set) {
    const std::optional<Field> member = field.find(name);
    if (!member) return;
    for (const Field& element : member->elements("strings")) {
      const std::string capability = element.string();
      const std::optional<unsigned> number = resolve::CapabilitySet::number_of(capability);
      if (number && resolve::CapabilitySet::name_of(*number) == capability) {
        set.add(*number);
      } else if (warned.insert(capability).second) {
        element.warn(concat(quoted(capability), " is no capability that scrim knows; it is left out"));
      }
    }
  };
  field.expect_object();
  read_set("bounding", capabilities.bounding);
  read_set("effective", capabilities.effective);
  read_set("inheritable", capabilities.inheritable);
  read_set("permitted", capabilities.permitted);
  read_set("ambient", capabilities.ambient);
  return capabilities;
}

User read_user(const Field& field) {
  User user;
  if (const auto uid = field.find("uid")) user.uid = uid->integer<uid_t>();
  if (const auto gid = field.find("gid")) user.gid = gid->integer<gid_t>();
  if (const auto umask = field.find("umask")) user.umask = umask->integer<mode_t>(0, 0777);
  if (const auto groups = field.find("additionalGids")) {
    for (const Field& group : groups->elements("integers"))
      user.additional_gids.push_back(group.integer<gid_t>());
  }
  return user;
}

std::vector<std::string> read_args(const Field& process) {
  const Field field = process.require("args");
  std::vector<std::string> args = field.strings();
  if (args.empty()) field.fail("must not be empty: it names the program to run");
  if (args.front().empty()) field.fail("must start with the program to run, not with an empty string");
  return args;
}

// NAME=value each. Of equal names the last one counts, as in runc; getenv(3) would find the first.
std::vector<std::string> read_env(const Field& process) {
  std::vector<std::string> env;
  const std::optional<Field> field = process.find("env");
  if (!field) return env;
  for (const Field& element : field->elements("strings")) {
    std::string variable = element.string();
    const std::size_t equals = variable.find('=');
    if (equals == std::string::npos || equals == 0) {
      element.fail("must have the form NAME=value");  // without the text: it may be a secret
    }
    env.push_back(std::move(variable));
  }
  std::unordered_set<std::string> seen;
  const auto overridden = [&](const std::string& variable) {
    return !seen.insert(variable.substr(0, variable.find('='))).second;
  };
  std::reverse(env.begin(), env.end());
  std::erase_if(env, overridden);
  std::reverse(env.begin(), env.end());
  return env;
}

}  // namespace

Process read_process(const Field& field) {
  Process process;
  process.terminal = field.boolean_or_false("terminal");
  // config.md, "Process": consoleSize MUST be ignored without a terminal.
  if (const auto size = field.find("consoleSize"); size && process.terminal) {
    process.console_size = ConsoleSize{.height = size->require("height").integer<std::uint16_t>(),
                                       .width = size->require("width").integer<std::uint16_t>()};
  }
  if (const auto user = field.find("user")) process.user = read_user(*user);
  process.args = read_args(field);
  process.env = read_env(field);
  process.cwd = field.require("cwd").absolute_path();
  if (const auto capabilities = field.find("capabilities"))
    process.capabilities = read_capabilities(*capabilities);
  process.rlimits = read_rlimits(field);
  process.no_new_privileges = field.boolean_or_false("noNewPrivileges");
  process.apparmor_profile = field.string_or_empty("apparmorProfile");
  process.selinux_label = field.string_or_empty("selinuxLabel");
  // proc_pid_oom_score_adj(5) gives the range.
  if (const auto score = field.find("oomScoreAdj")) process.oom_score_adj = score->integer<int>(-1000, 1000);
  if (const auto scheduler = field.find("scheduler")) process.scheduler = read_scheduler(*scheduler);
  if (const auto priority = field.find("ioPriority")) process.io_priority = read_io_priority(*priority);
  if (const auto affinity = field.find("execCPUAffinity"))
    process.exec_affinity = read_cpu_affinity(*affinity);
  return process;
}

Process read_process(const document::json::Value& process, const std::string& file,
                     document::Warnings& warnings) {
  const Source source{.file = file, .warnings = warnings};
  return read_process(Field(process, "process", source));
}

}  // namespace scrim::bundle
