// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "libprofile/defaults/branches.h"
#include "libprofile/defaults/generator/rows.h"
#include "libprofile/document/field_reader.h"
#include "libprofile/document/json.h"

namespace scrim::defaults {

// One data file: the history of an engine's default. README.md of the folder above describes the form.
// The data is part of the program, so anything in it that is not understood is an error, not a warning.
class EngineData {
 public:
  // `file` names the data in messages. Throws document::DocumentError.
  EngineData(std::string_view text, std::string_view file);
  EngineData(const EngineData&) = delete;
  EngineData& operator=(const EngineData&) = delete;

  [[nodiscard]] const OwnedTables& tables() const { return tables_; }

 private:
  using Value = document::json::Value;

  void read_versions();
  void read_base();
  void read_header();
  void read_group(const Value& group);
  void add_rules(const Value& group, Versions versions, Text reason, Rows names);
  void read_denied(const Value& group);

  // In which versions a value counts, by its marks "since" and "until".
  [[nodiscard]] Versions marked(const Value& value) const;
  [[nodiscard]] std::vector<std::size_t> marks(const Value& value, std::string_view member) const;
  [[nodiscard]] std::size_t version_named(const Value& name) const;
  void add_names(const Value& value, Versions versions);
  [[nodiscard]] FilterRow filter(const Value& group, std::string_view member);
  void read_kernel(const Value& kernel, FilterRow& filter) const;
  // "action" and "errno" of a rule or an outcome.
  template <typename Row>
  void read_action(const Value& value, Row& row) const;
  [[nodiscard]] Text reason_of(const Value& value);
  [[nodiscard]] std::vector<std::string> texts(const Value& object, std::string_view member) const;

  std::string file_;
  document::Warnings warnings_;
  document::FieldReader fields_;
  Value root_;
  std::vector<std::string> version_names_;
  Branches branches_{{}};
  OwnedTables tables_;
};

}  // namespace scrim::defaults
