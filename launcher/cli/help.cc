// SPDX-License-Identifier: Apache-2.0
#include "launcher/cli/help.h"

#include <utility>
#include <vector>

#include "libprofile/document/json.h"
#include "libprofile/text.h"

namespace scrim::cli {

namespace {

using document::json::Value;

// A command whose words CLI11 does not parse says itself, in its description, how it is used.
constexpr std::string_view usage_begin = "usage: ";

bool is_list(const CLI::Option& option) {
  return option.get_expected_max() >= CLI::detail::expected_max_vector_size;
}

std::string usage_of(const CLI::App& app) {
  const std::string description = app.get_description();
  if (const std::size_t at = description.find(usage_begin); at != std::string::npos) {
    const std::size_t begin = at + usage_begin.size();
    return description.substr(begin, description.find('\n', begin) - begin);
  }
  std::string usage = concat(app.get_name(), " [options]");
  for (const CLI::Option* option : app.get_options()) {
    if (!option->get_positional()) continue;
    const std::string name = concat(option->get_name(true, false), is_list(*option) ? "…" : "");
    usage += option->get_required() ? concat(" ", name) : concat(" [", name, "]");
  }
  return usage;
}

// The description without that.
std::string about(const CLI::App& app) {
  std::string description = app.get_description();
  if (const std::size_t at = description.find(usage_begin); at != std::string::npos) {
    const std::size_t end = description.find('\n', at);
    description.erase(at, end == std::string::npos ? end : end + 1 - at);
  }
  while (description.ends_with('\n')) description.pop_back();
  return description;
}

class Formatter : public CLI::Formatter {
 public:
  Formatter() {
    column_width(26);
    label("REQUIRED", "");
  }
  std::string make_description(const CLI::App* app) const override { return concat(about(*app), "\n"); }
  std::string make_usage(const CLI::App* app, std::string) const override {
    return concat("\n", usage_begin, usage_of(*app), "\n");
  }
};

Value text(std::string value) {
  return Value(Value::Data(std::move(value)));
}

// "TEXT:{json,text}" → TEXT, and json and text.
void set_value(Value& shown, const std::string& type) {
  const std::size_t begin = type.find(":{");
  shown.set("value", text(type.substr(0, type.find(':'))));
  if (begin == std::string::npos) return;
  Value::Array choices;
  for (const std::string& choice :
       CLI::detail::split(type.substr(begin + 2, type.find('}') - begin - 2), ','))
    choices.push_back(text(choice));
  shown.set("choices", Value(Value::Data(std::move(choices))));
}

Value shown(const CLI::Option& option) {
  Value::Array names;
  for (const std::string& name : option.get_snames()) names.push_back(text(concat("-", name)));
  for (const std::string& name : option.get_lnames()) names.push_back(text(concat("--", name)));
  Value shown;
  shown.set("names", Value(Value::Data(std::move(names))));
  if (option.get_positional()) {
    shown.set("value", text(concat(option.get_name(true, false), is_list(option) ? "…" : "")));
  } else if (option.get_items_expected_max() > 0) {
    set_value(shown, option.get_type_name());
  }
  shown.set("help", text(option.get_description()));
  return shown;
}

}  // namespace

std::string help_text(const CLI::App& app) {
  return Formatter().make_help(&app, app.get_name(), CLI::AppFormatMode::Normal);
}

std::string help_json(const CLI::App& app) {
  Value help;
  help.set("name", text(app.get_name()));
  help.set("description", text(about(app)));
  help.set("usage", text(usage_of(app)));
  help.set("footer", text(app.get_footer()));
  Value::Array options;
  for (const CLI::Option* option : app.get_options())
    if (!option->get_group().empty()) options.push_back(shown(*option));
  help.set("options", Value(Value::Data(std::move(options))));
  Value::Array commands;
  for (const CLI::App* command : app.get_subcommands({})) {
    Value row;
    row.set("name", text(command->get_name()));
    row.set("summary", text(command->get_description()));
    commands.push_back(std::move(row));
  }
  help.set("commands", Value(Value::Data(std::move(commands))));
  return concat(document::json::to_text(help), "\n");
}

}  // namespace scrim::cli
