// SPDX-License-Identifier: Apache-2.0
#include "libprofile/inspect/calls.h"

#include <linux/audit.h>

#include <algorithm>
#include <cctype>

#include "libprofile/filter/call_names.h"
#include "libprofile/filter/decode.h"
#include "libprofile/policy/abi.h"
#include "libprofile/policy/syscall.h"

namespace scrim::inspect {

using document::Architecture;

std::string CallAbi::name_of(std::uint32_t number) const {
  const auto found = std::ranges::lower_bound(calls, number, {}, &NamedCall::number);
  if (found != calls.end() && found->number == number) return std::string(found->name);
  return std::to_string(number);
}

const NamedCall* CallAbi::named(std::string_view name) const {
  const auto found = std::ranges::find(calls, name, &NamedCall::name);
  return found == calls.end() ? nullptr : &*found;
}

CallAbi call_abi(Architecture architecture) {
  CallAbi abi;
  abi.architecture = architecture;
  abi.arch = policy::audit_arch(architecture);
  constexpr std::uint32_t last_number = 0xfffffffe;
  abi.last = last_number;
  if (architecture == Architecture::x32) abi.first = policy::x32_bit;
  if (architecture == Architecture::x86_64) abi.last = policy::x32_bit - 1;
  abi.wide = (abi.arch & __AUDIT_ARCH_64BIT) != 0 && architecture != Architecture::x32;
  for (std::size_t i = 0; i < policy::Syscall::count(); ++i) {
    const policy::Syscall call = policy::Syscall::at(i);
    const int number = call.number(architecture);
    if (number >= 0) {
      abi.calls.push_back({static_cast<std::uint32_t>(number), call.name()});
    } else if (const auto direct = policy::MultiplexedSyscall::direct_number(call, architecture)) {
      abi.calls.push_back({*direct, call.name()});
    }
  }
  std::ranges::stable_sort(abi.calls, {}, &NamedCall::number);
  return abi;
}

std::string short_name(Architecture architecture) {
  constexpr std::string_view prefix = "SCMP_ARCH_";
  std::string name(document::name_of(architecture));
  name.erase(0, prefix.size());
  std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::tolower(c); });
  return name;
}

std::vector<CallAbi> abis_of(std::span<const filter::Program> programs, Architecture native) {
  std::vector<Architecture> architectures{native};
  const auto add = [&](Architecture architecture) {
    if (policy::libseccomp_token(architecture) != 0 &&
        std::ranges::find(architectures, architecture) == architectures.end())
      architectures.push_back(architecture);
  };
  if (native == Architecture::x86_64) add(Architecture::x86), add(Architecture::x32);
  if (native == Architecture::aarch64) add(Architecture::arm);
  if (native == Architecture::s390x) add(Architecture::s390);
  for (const filter::Program& program : programs)
    for (const std::uint32_t arch : filter::architectures_in(program))
      if (const auto known = filter::architecture_of(arch)) {
        add(*known);
        if (*known == Architecture::x86_64) add(Architecture::x32);
      }
  std::vector<CallAbi> abis;
  abis.reserve(architectures.size());
  for (const Architecture architecture : architectures) abis.push_back(call_abi(architecture));
  return abis;
}

}  // namespace scrim::inspect
