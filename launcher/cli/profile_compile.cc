// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <linux/audit.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "launcher/cli/profile.h"
#include "launcher/cli/profile_options.h"
#include "launcher/options/options.h"
#include "launcher/os/fd.h"
#include "libprofile/filter/disassemble.h"
#include "libprofile/filter/own.h"
#include "libprofile/filter/program_text.h"
#include "libprofile/filter/verify.h"
#include "libprofile/text.h"

namespace scrim::cli {

namespace {

enum class Format : std::size_t { bpf, hex, base64, assembler, c };
constexpr std::array<std::string_view, 5> formats{"bpf", "hex", "base64", "asm", "c"};  // as in Format

std::string formatted(const filter::Program& program, filter::ByteOrder order, Format format) {
  switch (format) {
    case Format::bpf:
      break;
    case Format::hex:
      return to_hex(program, order);
    case Format::base64:
      return to_base64(program, order);
    case Format::assembler:
      return filter::disassemble(program);
    case Format::c:
      return filter::to_c(program);
  }
  return to_bytes(program, order);
}

// One table for the calls of all architectures.
policy::Table joined(const std::vector<policy::Policy>& policies) {
  policy::Table all = make_table(policies.front());
  for (const policy::Policy& policy : policies)
    for (policy::Abi& abi : make_table(policy).abis)
      if (std::ranges::find(all.abis, abi.architecture, &policy::Abi::architecture) == all.abis.end())
        all.abis.push_back(std::move(abi));
  return all;
}

void write(const std::string& text, const std::string& file) {
  if (file.empty()) return os::write_all(STDOUT_FILENO, text, "standard output");
  const os::Fd fd = os::open(file, O_WRONLY | O_CREAT | O_TRUNC, 0666);
  os::write_all(fd.get(), text, file);
}

}  // namespace

int profile_compile(const Context& context, const Arguments& arguments) {
  Options app("Writes the filter of a profile as a program for seccomp(2).", "scrim profile compile");
  ProfileOptions options;
  std::string format = "bpf";
  std::string file;
  std::string frequencies_file;
  bool verify = context.global.verify;
  add_profile_options(app, options);
  app.add_option(
         "--format", format,
         "bpf (an array of struct sock_filter, as bwrap --seccomp FD takes it), base64 (the same for crun's "
         "annotation run.oci.seccomp_bpf_data), hex, c (rows of an initialiser), or asm (for reading)")
      .one_of({formats.begin(), formats.end()});
  app.add_option("-o,--output", file, "write it there instead of to standard output");
  app.add_flag("--verify", verify, "prove that it does what the profile says, or fail");
  app.add_option("--frequencies", frequencies_file, frequencies_help);
  app.parse(arguments);
  const auto chosen = static_cast<Format>(std::ranges::find(formats, format) - formats.begin());
  if (chosen == Format::bpf && file.empty() && isatty(STDOUT_FILENO) != 0)
    throw UsageError(
        "profile compile: a program is not for a terminal: use --format asm, -o FILE, or a pipe");
  std::optional<filter::Frequencies> frequencies;
  if (!frequencies_file.empty()) frequencies = frequencies_of(frequencies_file, warn_to(context));

  std::vector<policy::Policy> policies;
  for (const ResolvedProfile& profile : resolve_profile(context, options))
    policies.push_back(policy_of(context, options, profile));
  const policy::Table table = joined(policies);
  filter::Program program;
  if (policies.size() == 1) {
    program = filter::Compilation(policies.front(), context.global.compiler, filter::Compilation::cpu_limit,
                                  frequencies)
                  .get();
  } else {
    if (context.global.compiler != filter::Backend::own)
      throw UsageError("profile compile: libseccomp compiles for one --arch at a time");
    program = filter::compile(table, frequencies ? &*frequencies : nullptr);
  }
  try {
    if (verify) filter::prove(program, table);
  } catch (const filter::WrongProgram& wrong) {
    context.log.error(wrong.what());
    return status_finding;
  }
  const bool little = (table.abis.front().audit_arch & __AUDIT_ARCH_LE) != 0;
  write(formatted(program, little ? filter::ByteOrder::little : filter::ByteOrder::big, chosen), file);
  return status_as_asked;
}

}  // namespace scrim::cli
