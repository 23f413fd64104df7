// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "libprofile/defaults/branches.h"
#include "libprofile/defaults/engine.h"
#include "libprofile/document/profile.h"

// What generator/make_default_tables.cc makes of data/*.json when the program is built: the whole history of
// a default as rows. README.md describes the data. No pointers in rows: nothing to relocate when the program
// starts.
namespace scrim::defaults {

// A part of Tables::characters.
struct Text {
  std::uint32_t first = 0;
  std::uint32_t size = 0;
};

// Rows of another kind, one after the other.
struct Rows {
  std::uint16_t first = 0;
  std::uint16_t count = 0;
};

struct VersionRow {
  Text name;
  std::uint8_t branch;  // the number of its release branch, from 0
  Text base;            // the version of the engine that this one starts from
  Text repository;
  Text tag;
  Text commit;
  Text path;
  Text note;
};

// What happens if nothing else is said; one row has each version.
struct OutcomeRow {
  Versions versions;
  document::Action action;
  bool has_errno;
  std::uint16_t errno_ret;
};

struct FamilyRow {
  Versions versions;
  document::Architecture architecture;
  Rows sub_architectures;
};

struct ConditionRow {
  std::uint64_t value;
  std::uint64_t value_two;
  std::uint8_t index;
  document::Operator op;
};

// "includes" or "excludes"
struct FilterRow {
  Rows arches;                    // of words
  Rows caps;                      // of words
  std::uint8_t min_kernel_major;  // 0: none
  std::uint8_t min_kernel_minor;
};

struct NameRow {
  Versions versions;
  Text name;
};

// Counts for a name in those versions that both rows have.
struct RuleRow {
  Versions versions;
  Text reason;
  Rows names;
  Rows conditions;
  FilterRow includes;
  FilterRow excludes;
  document::Action action;
  bool has_errno;
  std::uint16_t errno_ret;
};

// Calls that nothing allows without a capability, and why.
struct DeniedRow {
  Versions versions;
  Text reason;
  Rows names;
};

// One engine's.
struct Tables {
  std::string_view characters;
  std::uint8_t branch_numbers = 0;  // how many numbers of a version name its branch
  Text note;                        // what to know about its versions
  std::optional<Engine> base;       // the engine whose default this one starts from
  Rows without;                     // of words: the names that lose all their rules there
  std::span<const VersionRow> versions;
  std::span<const OutcomeRow> defaults;
  std::span<const FamilyRow> families;
  std::span<const RuleRow> rules;
  std::span<const DeniedRow> denied;
  std::span<const NameRow> names;
  std::span<const ConditionRow> conditions;
  std::span<const document::Architecture> architectures;
  std::span<const Text> words;

  [[nodiscard]] std::string_view text(Text text) const { return characters.substr(text.first, text.size); }
};

template <typename Row>
[[nodiscard]] std::span<const Row> part(std::span<const Row> all, Rows rows) {
  return all.subspan(rows.first, rows.count);
}

// As they were when this program was built.
[[nodiscard]] Tables tables_of(Engine engine);

}  // namespace scrim::defaults
