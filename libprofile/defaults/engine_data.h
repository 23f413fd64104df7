// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libprofile/document/field_reader.h"
#include "libprofile/document/json.h"
#include "libprofile/document/profile.h"

namespace scrim::defaults {

// One data file: what an engine's default is in each of its versions. README.md describes the form.
// The data is part of the program, so anything in it that is not understood is an error, not a warning.
class EngineData {
 public:
  // `file` names the data in messages. Throws document::DocumentError.
  EngineData(std::string_view text, std::string_view file);
  EngineData(const EngineData&) = delete;
  EngineData& operator=(const EngineData&) = delete;

  // Oldest first. A version is known by its index below.
  [[nodiscard]] const std::vector<std::string>& versions() const { return versions_; }

  // The default of another engine that this one starts from, and the names that lose all their rules there.
  struct Base {
    std::string engine;
    std::string version;
    std::vector<std::string> without;
  };
  [[nodiscard]] std::optional<Base> base(std::size_t version) const;

  // Adds what this file says of that version, in its order.
  void add_to(document::Profile& profile, std::size_t version) const;

 private:
  using Value = document::json::Value;

  // "since" (that version and later) and "until" (before that version) of a value.
  [[nodiscard]] bool holds(const Value& value, std::size_t version) const;
  [[nodiscard]] std::size_t version_named(const Value& name) const;
  void add_header(document::Profile& profile, std::size_t version) const;
  void add_group(document::Profile& profile, const Value& group, std::size_t version) const;
  void add_rules(document::Profile& profile, const Value& group, const std::string& reason,
                 const std::vector<std::string>& names) const;
  [[nodiscard]] document::Filter filter(const Value& group, std::string_view member) const;
  void read_outcome(const Value& value, document::Action& action,
                    std::optional<std::uint16_t>& errno_ret) const;
  [[nodiscard]] std::string reason_of(const Value& value) const;
  void append_texts(const Value& object, std::string_view member, std::vector<std::string>& into) const;

  std::string file_;
  document::Warnings warnings_;
  document::FieldReader fields_;
  Value root_;
  std::vector<std::string> versions_;
};

}  // namespace scrim::defaults
