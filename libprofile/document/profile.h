// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libprofile/document/diagnostic.h"

// A profile as somebody wrote it. Terms are runtime-spec's (config-linux.md, "Seccomp"), and for templates
// those of Docker's and containers-common's seccomp.json. Nothing here is interpreted: names need not exist.
namespace scrim::document {

// SCMP_ACT_*. SCMP_ACT_KILL is the older name of KILL_THREAD.
enum class Action : std::uint8_t { kill_thread, kill_process, trap, error, trace, allow, log, notify };

// SCMP_CMP_*
enum class Operator : std::uint8_t {
  not_equal,
  less,
  less_or_equal,
  equal,
  greater_or_equal,
  greater,
  masked_equal  // (argument & value) == (value_two & value)
};

// SCMP_ARCH_*, in runtime-spec's order.
enum class Architecture : std::uint8_t {
  x86,
  x86_64,
  x32,
  arm,
  aarch64,
  mips,
  mips64,
  mips64n32,
  mipsel,
  mipsel64,
  mipsel64n32,
  ppc,
  ppc64,
  ppc64le,
  s390,
  s390x,
  parisc,
  parisc64,
  riscv64,
  loongarch64,
  m68k,
  sh,
  sheb
};

// SECCOMP_FILTER_FLAG_*
enum class Flag : std::uint8_t { tsync, log, spec_allow, wait_killable_recv };

struct Condition {
  unsigned index = 0;  // of the argument, 0 to 5
  Operator op = Operator::equal;
  std::uint64_t value = 0;
  std::uint64_t value_two = 0;  // for masked_equal only
  Position at;
};

struct Name {
  std::string text;
  Position at;
};

// One entry of "syscalls": what happens to any of these calls if all conditions hold.
struct Rule {
  std::vector<Name> names;
  Action action = Action::allow;
  std::optional<std::uint16_t> errno_ret;  // for error and trace only
  std::vector<Condition> conditions;
  Position at;
};

// When a rule of a template counts ("includes"), or does not ("excludes").
struct Filter {
  std::vector<std::string> arches;  // Go's names: amd64, arm64, x86, …
  std::vector<std::string> caps;    // CAP_…
  // "minKernel", as major and minor
  std::optional<std::array<unsigned, 2>> min_kernel;

  [[nodiscard]] bool empty() const { return arches.empty() && caps.empty() && !min_kernel; }
};

struct TemplateRule {
  Rule rule;
  Filter includes;
  Filter excludes;
  std::string comment;
  std::vector<Name> template_fields;  // name, errno, includes, excludes: those that it has
};

// One entry of "archMap": the architectures that a native one brings along.
struct ArchitectureFamily {
  Architecture architecture = Architecture::x86_64;
  std::vector<Architecture> sub_architectures;
};

// What both dialects say of the whole profile.
struct Header {
  Position at;  // of the profile
  Action default_action = Action::error;
  Position default_action_at;
  std::optional<std::uint16_t> default_errno_ret;
  std::vector<Architecture> architectures;
  Position architectures_at;  // of "architectures", or of "archMap"; of the profile if there is neither
  // Nothing: not said, which runc reads as SPEC_ALLOW; an empty list means none.
  std::optional<std::vector<Flag>> flags;
  Position flags_at;
  std::string listener_path;
  std::string listener_metadata;
};

// linux.seccomp of config.json: concrete rules.
struct OciSeccomp {
  std::string file;  // what messages call it
  Header header;
  std::vector<Rule> rules;
};

// A file in either dialect. The OCI one is a template without conditions.
struct Profile {
  std::string file;
  Header header;
  std::vector<ArchitectureFamily> arch_map;
  std::vector<TemplateRule> rules;
  bool uses_template_fields = false;  // archMap, includes, excludes, name, errno, defaultErrno
  std::vector<Name> template_fields;  // archMap, defaultErrno: those that it has
};

// "SCMP_ACT_ERRNO" and so on; the reverse is empty for an unknown name.
[[nodiscard]] std::string_view name_of(Action action);
[[nodiscard]] std::string_view name_of(Operator op);
[[nodiscard]] std::string_view name_of(Architecture architecture);
[[nodiscard]] std::string_view name_of(Flag flag);
[[nodiscard]] std::optional<Action> action_named(std::string_view name);
[[nodiscard]] std::optional<Operator> operator_named(std::string_view name);
[[nodiscard]] std::optional<Architecture> architecture_named(std::string_view name);
[[nodiscard]] std::optional<Flag> flag_named(std::string_view name);

// "EPERM" -> 1; empty for an unknown name.
[[nodiscard]] std::optional<std::uint16_t> errno_named(std::string_view name);
[[nodiscard]] std::string_view errno_name(std::uint16_t number);

}  // namespace scrim::document
