// SPDX-License-Identifier: Apache-2.0
// Writes tables.cc, the definition of libprofile/defaults/tables.h's tables_of(), to standard output: the
// data files of the folder that the first argument names.
#include <cstdint>
#include <exception>
#include <iostream>
#include <string>

#include "libprofile/defaults/generator/engine_data.h"
#include "libprofile/document/file.h"
#include "libprofile/text.h"

namespace scrim::defaults {

namespace {

std::string text_of(Text text) {
  return concat("{", text.first, ",", text.size, "}");
}

std::string text_of(Rows rows) {
  return concat("{", rows.first, ",", rows.count, "}");
}

std::string text_of(document::Architecture architecture) {
  return concat("document::Architecture{", static_cast<unsigned>(architecture), "}");
}

std::string text_of(const FilterRow& row) {
  return concat("{", text_of(row.arches), ",", text_of(row.caps), ",", row.min_kernel_major, ",",
                row.min_kernel_minor, "}");
}

std::string text_of(const VersionRow& row) {
  return concat("{", text_of(row.name), ",", row.branch, ",", text_of(row.base), ",", text_of(row.repository),
                ",", text_of(row.tag), ",", text_of(row.commit), ",", text_of(row.path), ",",
                text_of(row.note), "}");
}

// "Action{5},true,38"
template <typename Row>
std::string outcome(const Row& row) {
  return concat("document::Action{", static_cast<unsigned>(row.action), "},",
                row.has_errno ? "true" : "false", ",", row.errno_ret);
}

std::string text_of(const OutcomeRow& row) {
  return concat("{", row.versions, "u,", outcome(row), "}");
}

std::string text_of(const FamilyRow& row) {
  return concat("{", row.versions, "u,", text_of(row.architecture), ",", text_of(row.sub_architectures), "}");
}

std::string text_of(const ConditionRow& row) {
  return concat("{", row.value, "u,", row.value_two, "u,", row.index, ",document::Operator{",
                static_cast<unsigned>(row.op), "}}");
}

std::string text_of(const NameRow& row) {
  return concat("{", row.versions, "u,", text_of(row.name), "}");
}

std::string text_of(const RuleRow& row) {
  return concat("{", row.versions, "u,", text_of(row.reason), ",", text_of(row.names), ",",
                text_of(row.conditions), ",", text_of(row.includes), ",", text_of(row.excludes), ",",
                outcome(row), "}");
}

std::string text_of(const DeniedRow& row) {
  return concat("{", row.versions, "u,", text_of(row.reason), ",", text_of(row.names), "}");
}

// The rows as an array that is called `name`, and what to call the array: there are none without elements.
template <typename Row>
std::string write(std::string_view type, std::string_view name, std::span<const Row> rows) {
  if (rows.empty()) return "{}";
  std::cout << "constexpr " << type << " " << name << "[] = {";
  for (const Row& row : rows) std::cout << text_of(row) << ",\n";
  std::cout << "};\n";
  return std::string(name);
}

// A raw string has a length that compilers set a limit to, so there are several.
std::string write_characters(std::string_view characters) {
  constexpr std::size_t piece = 4096;
  std::cout << "constexpr std::string_view characters =";
  for (std::size_t at = 0; at < characters.size(); at += piece)
    std::cout << "\nR\"scrim(" << characters.substr(at, piece) << ")scrim\"";
  std::cout << ";\n";
  return "characters";
}

void write_engine(Engine engine, const std::string& folder) {
  const std::string file = concat(folder, "/", name_of(engine), ".json");
  const EngineData data(document::read_text(file), file);
  const Tables tables = data.tables().view();
  std::cout << "namespace " << (engine == Engine::cri_o ? "cri_o" : name_of(engine)) << " {\n";
  const std::string base =
      tables.base ? concat("Engine{", static_cast<unsigned>(*tables.base), "}") : "std::nullopt";
  const std::string members = join(std::vector{
      write_characters(tables.characters), concat(tables.branch_numbers), text_of(tables.note), base,
      text_of(tables.without), write("VersionRow", "versions", tables.versions),
      write("OutcomeRow", "defaults", tables.defaults), write("FamilyRow", "families", tables.families),
      write("RuleRow", "rules", tables.rules), write("DeniedRow", "denied", tables.denied),
      write("NameRow", "names", tables.names), write("ConditionRow", "conditions", tables.conditions),
      write("document::Architecture", "architectures", tables.architectures),
      write("Text", "words", tables.words)});
  std::cout << "Tables tables() {\n  return {" << members << "};\n}\n}\n\n";
}

void write_tables(const std::string& folder) {
  std::cout << "// SPDX-License-Identifier: Apache-2.0\n// Made by make_default_tables.\n"
               "#include \"libprofile/defaults/tables.h\"\n\n"
               "namespace scrim::defaults {\n\nnamespace {\n\n";
  for (const Engine engine : engines) write_engine(engine, folder);
  std::cout << "}  // namespace\n\nTables tables_of(Engine engine) {\n  switch (engine) {\n"
               "    case Engine::containerd:\n      return containerd::tables();\n"
               "    case Engine::docker:\n      return docker::tables();\n"
               "    case Engine::podman:\n      return podman::tables();\n"
               "    case Engine::cri_o:\n      return cri_o::tables();\n"
               "  }\n  return {};\n}\n\n}  // namespace scrim::defaults\n";
}

}  // namespace

}  // namespace scrim::defaults

int main(int count, char** arguments) {
  try {
    if (count != 2) throw std::runtime_error("one argument: the folder of the data");
    scrim::defaults::write_tables(arguments[1]);
    return std::cout.flush() ? 0 : 1;
  } catch (const std::exception& error) {
    std::cerr << "make_default_tables: " << error.what() << '\n';
    return 1;
  }
}
