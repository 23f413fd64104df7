// SPDX-License-Identifier: Apache-2.0
#include "launcher/options/options.h"

#include <algorithm>
#include <array>
#include <iostream>
#include <optional>
#include <utility>

#include "libprofile/text.h"

namespace scrim::cli {

namespace {

// "--name=value" → "--name" and "value".
struct Word {
  std::string_view name;
  std::optional<std::string_view> value;
};
Word split_word(std::string_view word) {
  const std::size_t equals = word.find('=');
  if (equals == std::string_view::npos) return {word, {}};
  return {word.substr(0, equals), word.substr(equals + 1)};
}

bool is_option(std::string_view word) {
  return word.size() > 1 && word.starts_with('-');
}

std::string listed(const std::vector<std::string_view>& words, std::string_view separator) {
  std::string text;
  for (const std::string_view word : words) text += concat(text.empty() ? "" : separator, word);
  return text;
}

}  // namespace

bool Option::has_name(std::string_view name) const {
  for (std::string_view left = names_;;) {
    const std::size_t comma = left.find(',');
    if (left.substr(0, comma) == name) return true;
    if (comma == std::string_view::npos) return false;
    left.remove_prefix(comma + 1);
  }
}

std::string_view Option::main_name() const {
  const std::size_t comma = names_.rfind(',');
  return comma == std::string_view::npos ? names_ : names_.substr(comma + 1);
}

void Option::take(std::string_view word) {
  ++count_;
  if (delimiter_ == '\0') return take_one(word);
  for (const std::string_view part : split(word, delimiter_)) take_one(part);
}

void Option::take_one(std::string_view word) {
  if (!choices_.empty() && std::ranges::find(choices_, word) == choices_.end())
    throw UsageError(concat(main_name(), ": ", listed(choices_, " or "), " expected, not \"", word, "\""));
  if (!assign_(target_, word))
    throw UsageError(
        concat(main_name(), ": ", is_flag_ ? "true or false" : "a number", " expected, not \"", word, "\""));
}

Options::Options(std::string description, std::string name)
    : description_(std::move(description)), name_(std::move(name)) {
  add_flag("-h,--help", help_, "print this, and stop");
}

Option& Options::add(std::string_view names, std::string_view help) {
  Option& option = options_.emplace_back();
  const std::size_t space = names.find(' ');
  option.names_ = names.substr(0, space);
  if (space != std::string_view::npos) option.value_ = names.substr(space + 1);
  option.help_ = help;
  return option;
}

Option& Options::add_flag(std::string_view names, bool& target, std::string_view help) {
  Option& option = add(names, help);
  option.target_ = &target;
  option.is_flag_ = true;
  option.assign_ = [](void* to, std::string_view word) {
    // Go's strconv.ParseBool.
    constexpr std::array<std::string_view, 6> yes{"1", "t", "T", "TRUE", "true", "True"};
    constexpr std::array<std::string_view, 6> no{"0", "f", "F", "FALSE", "false", "False"};
    const bool is_true = std::ranges::find(yes, word) != yes.end();
    if (!is_true && std::ranges::find(no, word) == no.end()) return false;
    *static_cast<bool*>(to) = is_true;
    return true;
  };
  return option;
}

void Options::parse(const Arguments& arguments) {
  if (arguments.size() == 1 && arguments.front() == help_json_option) {
    std::cout << help_json();
    throw HelpShown();
  }
  try {
    for (std::size_t at = 0; at < arguments.size(); ++at) {
      const std::string& word = arguments[at];
      if (is_end(word)) {
        // rest() has the "--", too: the command that it is for takes it out.
        if (word == "--" && !stops_) ++at;
        for (; at < arguments.size(); ++at) take_positional(arguments[at]);
        break;
      }
      is_option(word) ? take_option(arguments, at) : take_positional(word);
    }
    if (!help_) check_required();
  } catch (const UsageError& error) {
    // Whoever prints it begins with the program's name already.
    const std::string command = name_.find(' ') == std::string::npos ? "" : concat(name_, ": ");
    throw UsageError(concat(command, error.what(), " (see ", name_, " --help)"));
  }
  if (!help_) return;
  std::cout << help_text();
  throw HelpShown();
}

bool Options::is_end(const std::string& word) {
  if (word == "--") return true;
  if (is_option(word))
    return stops_ && allows_unknown_ && find(word) == nullptr &&
           (word.starts_with("--") || named(word.substr(0, 2)) == nullptr);
  if (stops_) return true;
  for (const Option& option : options_)
    if (option.is_positional() && option.count_ == 0) return option.to_the_end_;
  return false;
}

Option* Options::named(std::string_view name) {
  const auto found =
      std::ranges::find_if(options_, [&](const Option& option) { return option.has_name(name); });
  return found == options_.end() ? nullptr : &*found;
}

Option* Options::find(std::string_view word) {
  const std::string_view name = split_word(word).name;
  Option* option = named(name);
  // "-bundle" is "--bundle" in Go's command lines, and so in runc's.
  if (option == nullptr && !word.starts_with("--") && name.size() > 2) option = named(concat("-", name));
  return option;
}

void Options::take_option(const Arguments& arguments, std::size_t& at) {
  const Word split = split_word(arguments[at]);
  Option* option = find(arguments[at]);
  if (option == nullptr) return take_short_options(arguments, at);
  if (split.value)
    option->take(*split.value);
  else
    take_value(*option, arguments, at);
}

// "-it", "-b/bundle": flags, and at their end perhaps one with a value.
void Options::take_short_options(const Arguments& arguments, std::size_t& at) {
  const std::string& word = arguments[at];
  if (word.starts_with("--")) return refuse_unknown(word);
  for (std::size_t i = 1; i < word.size(); ++i) {
    Option* option = named(concat("-", word[i]));
    if (option == nullptr) return refuse_unknown(word);
    if (option->is_flag_) {
      option->take("true");
      continue;
    }
    if (i + 1 < word.size())
      option->take(std::string_view(word).substr(i + 1));
    else
      take_value(*option, arguments, at);
    return;
  }
}

void Options::take_value(Option& option, const Arguments& arguments, std::size_t& at) {
  if (option.is_flag_) return option.take("true");
  if (at + 1 == arguments.size()) throw UsageError(concat(arguments[at], " needs a value"));
  option.take(arguments[++at]);
}

void Options::take_positional(const std::string& word) {
  for (Option& option : options_)
    if (option.is_positional() && (option.is_list_ || option.count_ == 0)) return option.take(word);
  if (!stops_ && !allows_unknown_) throw UsageError(concat("unexpected argument \"", word, "\""));
  rest_.push_back(word);
}

void Options::refuse_unknown(const std::string& word) {
  if (allows_unknown_) return rest_.push_back(word);
  const std::string_view name = split_word(word).name;
  std::vector<std::string_view> names;
  for (const Option& option : options_)
    if (!option.is_positional() && !option.hidden_)
      for (const std::string_view known : split(option.names_, ',')) names.push_back(known);
  const std::string_view near = name.starts_with("--") ? nearest_name(name, names) : std::string_view();
  throw UsageError(concat("unknown option ", name, near.empty() ? "" : concat("; did you mean ", near, "?")));
}

void Options::check_required() const {
  for (const Option& option : options_)
    if (option.required_ && option.count_ == 0) throw UsageError(concat(option.main_name(), " is required"));
}

}  // namespace scrim::cli
