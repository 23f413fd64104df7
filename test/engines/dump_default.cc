// SPDX-License-Identifier: Apache-2.0
// Prints concrete rules so that equal meaning is equal text, to compare ours with an engine's by diff(1):
//
//   dump_default engine ENGINE VERSION ARCHITECTURE KERNEL [CAP_…]   the built-in default
//   dump_default template FILE ARCHITECTURE KERNEL [CAP_…]           a template's
//   dump_default config FILE                                         linux.seccomp of a config.json
//
// ARCHITECTURE is as templates call it (amd64), KERNEL as uname -r does, the capabilities are the bounding
// set.
#include <array>
#include <cstdio>
#include <iostream>
#include <span>

#include "libprofile/defaults/defaults.h"
#include "libprofile/document/file.h"
#include "libprofile/document/json.h"
#include "libprofile/document/read_profile.h"
#include "libprofile/resolve/template.h"
#include "libprofile/text.h"
#include "test/unit/defaults_canonical.h"

namespace {

using namespace scrim;
using Arguments = std::span<const std::string>;

resolve::Target target_of(Arguments arguments) {
  if (arguments.size() < 2) throw Error("an architecture and a kernel version are needed");
  resolve::Target target;
  // The last enumerator bounds the search.
  unsigned number = 0;
  while (resolve::go_name(static_cast<document::Architecture>(number)) != arguments[0])
    if (number++ == static_cast<unsigned>(document::Architecture::sheb))
      throw Error(concat("there is no architecture ", arguments[0]));
  target.architecture = static_cast<document::Architecture>(number);
  const auto kernel = resolve::parse_kernel_version(arguments[1]);
  if (!kernel) throw Error(concat("no kernel version: ", arguments[1]));
  target.kernel = *kernel;
  for (const std::string& name : arguments.subspan(2)) {
    const auto capability = resolve::CapabilitySet::number_of(name);
    if (!capability) throw Error(concat("there is no capability ", name));
    target.bounding.add(*capability);
  }
  return target;
}

document::OciSeccomp seccomp_of(const std::string& kind, Arguments rest) {
  document::Warnings warnings;
  if (kind == "engine" && rest.size() >= 4) {
    const auto engine = defaults::engine_named(rest[0]);
    if (!engine) throw Error(concat("there is no engine ", rest[0]));
    return resolve::evaluate_template(defaults::default_profile(*engine, rest[1]),
                                      target_of(rest.subspan(2)));
  }
  if (kind == "template" && rest.size() >= 3) {
    const auto value = document::json::parse(document::read_text(rest[0]), rest[0]);
    return resolve::evaluate_template(document::read_profile(value, rest[0], warnings),
                                      target_of(rest.subspan(1)));
  }
  if (kind == "config" && rest.size() == 1) {
    const auto config = document::json::parse(document::read_text(rest[0]), rest[0]);
    const auto* linux_part = config.find("linux");
    const auto* seccomp = linux_part == nullptr ? nullptr : linux_part->find("seccomp");
    if (seccomp == nullptr) throw Error(concat(rest[0], ": no linux.seccomp"));
    return document::read_oci_seccomp(*seccomp, rest[0], warnings);
  }
  throw Error(
      "usage: engine ENGINE VERSION ARCH KERNEL [CAP…] | template FILE ARCH KERNEL [CAP…] | config FILE");
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    if (arguments.empty()) throw Error("engine, template or config?");
    const auto seccomp = seccomp_of(arguments[0], Arguments(arguments).subspan(1));
    std::cout << "default : "
              << test::action_text(seccomp.header.default_action, seccomp.header.default_errno_ret) << "\n";
    std::cout << "architectures :";
    for (const auto architecture : seccomp.header.architectures)
      std::cout << " " << document::name_of(architecture);
    std::cout << "\nflags :";
    if (!seccomp.header.flags) std::cout << " not said";
    for (const auto flag : seccomp.header.flags.value_or(std::vector<document::Flag>{}))
      std::cout << " " << document::name_of(flag);
    std::cout << "\n";
    for (const auto& [name, said] : test::said_of_names(seccomp)) std::cout << name << " : " << said << "\n";
    return 0;
  } catch (const std::exception& error) {
    std::cerr << "dump_default: " << error.what() << "\n";
    return 1;
  }
}
