// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "libprofile/filter/conditions.h"
#include "libprofile/filter/decode.h"
#include "libprofile/inspect/calls.h"

// What programs, together, do to calls.
namespace scrim::inspect {

// Of one ABI.
struct AbiMeaning {
  CallAbi abi;
  filter::Decoded decoded;
};

struct Enforced {
  std::string name;                       // for people: a profile's, "pid 17"
  std::vector<filter::Program> programs;  // the one installed last first; none: everything is allowed
  std::vector<AbiMeaning> abis;

  // Nothing if there is no such ABI in it.
  [[nodiscard]] const AbiMeaning* find(document::Architecture architecture) const;
};

// Decodes them, for abis_of() or for those that are given. Throws Error on a program that no kernel takes.
[[nodiscard]] Enforced enforced(std::string name, std::vector<filter::Program> programs,
                                document::Architecture native);
[[nodiscard]] Enforced enforced(std::string name, std::vector<filter::Program> programs,
                                const std::vector<CallAbi>& abis);

// The kind of an answer, most restrictive first.
enum class Fate : std::uint8_t { killed, denied, notified, traced, logged, allowed, depends, unknown };
[[nodiscard]] std::string_view name_of(Fate fate);
[[nodiscard]] Fate fate_of(const filter::Outcome& outcome);
[[nodiscard]] Fate fate_of(std::uint32_t answer);

// Calls that are answered alike.
struct CallGroup {
  Fate fate = Fate::allowed;
  std::string answer;  // "ERRNO EPERM"; for those that depend the conditions in full
  std::vector<std::string> calls;
};
struct AbiSummary {
  std::string abi;                // "x86_64"
  std::vector<CallGroup> groups;  // constant answers by how many they are, then those that depend, by name
  // Numbers that no call of this libseccomp has: how they are answered. Ranges "436..0x3fffffff".
  std::vector<CallGroup> unnamed;
  // The answer that a program gives to every number, if it gives only one: an ABI that is closed or open.
  std::string everything;
};
// Whether each call that has a name is allowed or logged, whatever its arguments: no better than no filter.
[[nodiscard]] bool lets_everything_through(const AbiMeaning& meaning);
[[nodiscard]] AbiSummary summary_of(const AbiMeaning& meaning);

struct AbiCount {
  std::string abi;
  std::size_t allowed = 0;      // whatever the arguments; logged ones too
  std::size_t conditional = 0;  // allowed for some arguments
  std::size_t denied = 0;       // never allowed
  std::size_t unknown = 0;      // cannot tell
  std::vector<std::string> conditional_names;
};
// System calls that the libseccomp of this build can name, each number once.
[[nodiscard]] AbiCount count_of(const AbiMeaning& meaning);

}  // namespace scrim::inspect
