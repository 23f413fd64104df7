// SPDX-License-Identifier: Apache-2.0
// What --help and --help-json print.
#include <utility>

#include "launcher/options/options.h"
#include "libprofile/document/json.h"
#include "libprofile/text.h"

namespace scrim::cli {

using document::json::Value;

namespace {

constexpr std::string_view usage_begin = "usage: ";
constexpr std::size_t column = 26;  // where texts begin
constexpr std::size_t width = 100;

Value text(std::string_view value) {
  return Value(Value::Data(std::string(value)));
}

// Characters, of UTF-8.
std::size_t length(std::string_view text) {
  std::size_t count = 0;
  for (const char c : text) count += (static_cast<unsigned char>(c) & 0xc0U) != 0x80U ? 1 : 0;
  return count;
}

// "  first      second, in as many lines
//               as it takes"
void add_row(std::string& out, std::string_view first, std::string_view second) {
  std::string line = concat("  ", first);
  const auto indent = [&] {
    if (length(line) + 1 > column) {
      out += concat(line, "\n");
      line.clear();
    }
    line.append(column - length(line), ' ');
  };
  indent();
  bool empty = true;
  for (const std::string_view word : split(second, ' ')) {
    if (!empty && length(line) + 1 + length(word) > width) {
      out += concat(line, "\n");
      line.assign(column, ' ');
      empty = true;
    }
    line += concat(empty ? "" : " ", word);
    empty = false;
  }
  while (line.ends_with(' ')) line.pop_back();
  out += concat(line, "\n");
}

}  // namespace

std::string_view Option::value_name() const {
  if (is_flag_) return {};
  if (is_positional()) return names_;
  if (!value_.empty()) return value_;
  return is_number_ ? "NUMBER" : "TEXT";
}

std::string Options::usage() const {
  if (const std::size_t at = description_.find(usage_begin); at != std::string::npos) {
    const std::size_t begin = at + usage_begin.size();
    return description_.substr(begin, description_.find('\n', begin) - begin);
  }
  std::string usage = concat(name_, " [options]");
  for (const Option& option : options_) {
    if (!option.is_positional() || option.hidden_) continue;
    const std::string name = concat(option.names_, option.is_list_ ? "…" : "");
    usage += option.required_ ? concat(" ", name) : concat(" [", name, "]");
  }
  return usage;
}

// The description without that.
std::string Options::about() const {
  std::string about = description_;
  if (const std::size_t at = about.find(usage_begin); at != std::string::npos) {
    const std::size_t end = about.find('\n', at);
    about.erase(at, end == std::string::npos ? end : end + 1 - at);
  }
  while (about.ends_with('\n')) about.pop_back();
  return about;
}

std::string Options::help_text() const {
  std::string words;
  std::string options;
  for (const Option& option : options_) {
    if (option.hidden_) continue;
    if (option.is_positional()) {
      add_row(words, concat(option.names_, option.is_list_ ? "…" : ""), option.help_);
      continue;
    }
    std::string first = concat(option.names_, option.is_flag_ ? "" : " ");
    if (option.choices_.empty())
      first += concat(option.value_name(), option.is_list_ ? " ..." : "");
    else
      for (const std::string_view choice : option.choices_)
        first += concat(choice == option.choices_.front() ? "" : "|", choice);
    add_row(options, first, option.help_);
  }
  std::string commands;
  for (const CommandRow& command : commands_) add_row(commands, command.name, command.summary);
  std::string help = concat(about(), "\n\n", usage_begin, usage(), "\n");
  if (!words.empty()) help += concat("\nArguments:\n", words);
  help += concat("\nOptions:\n", options);
  if (!commands.empty()) help += concat("\nCommands (each has --help):\n", commands);
  if (!footer_.empty()) help += concat("\n", footer_, "\n");
  return help;
}

std::string Options::help_json() const {
  Value::Array options;
  for (const Option& option : options_) {
    if (option.hidden_) continue;
    Value::Array names;
    if (!option.is_positional())
      for (const std::string_view name : split(option.names_, ',')) names.push_back(text(name));
    Value shown;
    shown.set("names", Value(Value::Data(std::move(names))));
    if (!option.is_flag_)
      shown.set("value",
                text(concat(option.value_name(), option.is_positional() && option.is_list_ ? "…" : "")));
    if (!option.choices_.empty()) {
      Value::Array choices;
      for (const std::string_view choice : option.choices_) choices.push_back(text(choice));
      shown.set("choices", Value(Value::Data(std::move(choices))));
    }
    shown.set("help", text(option.help_));
    options.push_back(std::move(shown));
  }
  Value::Array commands;
  for (const CommandRow& command : commands_) {
    Value row;
    row.set("name", text(command.name));
    row.set("summary", text(command.summary));
    commands.push_back(std::move(row));
  }
  Value help;
  help.set("name", text(name_));
  help.set("description", text(about()));
  help.set("usage", text(usage()));
  help.set("footer", text(footer_));
  help.set("options", Value(Value::Data(std::move(options))));
  help.set("commands", Value(Value::Data(std::move(commands))));
  return concat(document::json::to_text(help), "\n");
}

}  // namespace scrim::cli
