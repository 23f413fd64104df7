// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <charconv>
#include <concepts>
#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "libprofile/error.h"

// The options of a command: what is written before and after it, and what --help, the man page and the
// completions say of it. Every start of a container pays for the parser, and CLI11 took a fifth of what scrim
// executes in one (test/bench/README.md), most of it in the static objects of each file that names it; so
// this does what runc's command line needs, in one pass over tables that are string literals.
namespace scrim::cli {

using Arguments = std::vector<std::string>;

// --help was asked for and printed.
struct HelpShown {};

// Wrong use of the command line.
class UsageError : public Error {
 public:
  using Error::Error;
};

namespace detail {

// What a word has to be to set something; empty: anything.
inline bool assign(std::string& target, std::string_view word) {
  target = word;
  return true;
}
template <std::integral T>
bool assign(T& target, std::string_view word) {
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), target);
  return error == std::errc() && end == word.data() + word.size();
}
template <typename T>
bool assign(std::vector<T>& target, std::string_view word) {
  T value{};
  if (!assign(value, word)) return false;
  target.push_back(std::move(value));
  return true;
}

template <typename T>
inline constexpr bool is_list = false;
template <typename T>
inline constexpr bool is_list<std::vector<T>> = true;
template <typename T>
inline constexpr bool is_number = std::is_integral_v<T>;
template <typename T>
inline constexpr bool is_number<std::vector<T>> = is_number<T>;

}  // namespace detail

class Option {
 public:
  Option& required() {
    required_ = true;
    return *this;
  }
  // "a,b" is two values of a list.
  Option& delimiter(char separator) {
    delimiter_ = separator;
    return *this;
  }
  // The values that it can have.
  Option& one_of(std::vector<std::string_view> choices) {
    choices_ = std::move(choices);
    return *this;
  }
  // Taken for another program's sake; no --help says so.
  Option& hidden() {
    hidden_ = true;
    return *this;
  }
  // A list: its first word ends the options, as a command with options of its own does.
  Option& to_the_end() {
    to_the_end_ = true;
    return *this;
  }
  // How often it was given.
  [[nodiscard]] std::size_t count() const { return count_; }

 private:
  friend class Options;
  using Assign = bool (*)(void* target, std::string_view word);

  [[nodiscard]] bool is_positional() const { return !names_.starts_with('-'); }
  [[nodiscard]] bool has_name(std::string_view name) const;
  // The last one: the long one, if there is one.
  [[nodiscard]] std::string_view main_name() const;
  [[nodiscard]] std::string_view value_name() const;
  void take(std::string_view word);
  void take_one(std::string_view word);

  std::string_view names_;  // "-b,--bundle"
  std::string_view value_;  // "DIR"; empty: by its type
  std::string_view help_;
  void* target_ = nullptr;
  Assign assign_ = nullptr;
  std::vector<std::string_view> choices_;
  char delimiter_ = '\0';
  bool is_flag_ = false;
  bool is_list_ = false;
  bool is_number_ = false;
  bool required_ = false;
  bool hidden_ = false;
  bool to_the_end_ = false;
  std::size_t count_ = 0;
};

// A row of the commands that --help lists.
struct CommandRow {
  std::string_view name;
  std::string_view summary;
};

// Names and helps of options and commands are kept as views: literals, or strings that outlive this.
class Options {
 public:
  // `description` may have a line "usage: …", in place of the one that the options make. `name`: "scrim run".
  Options(std::string description, std::string name);
  Options(const Options&) = delete;
  Options& operator=(const Options&) = delete;

  // `names`: "-b,--bundle DIR", or a positional's name. A number or a text is set by the last of its kind, a
  // list (std::vector) grows by each; a positional list takes all words that are left.
  template <typename T>
  Option& add_option(std::string_view names, T& target, std::string_view help = {}) {
    Option& option = add(names, help);
    option.target_ = &target;
    option.assign_ = [](void* to, std::string_view word) {
      return detail::assign(*static_cast<T*>(to), word);
    };
    option.is_list_ = detail::is_list<T>;
    option.is_number_ = detail::is_number<T>;
    return option;
  }
  // Becomes true; or false with "--name=false", as Go's flags.
  Option& add_flag(std::string_view names, bool& target, std::string_view help = {});

  // The first word that is no option, and everything after it, is left in rest(): a command with options of
  // its own.
  void stop_at_first_word() { stops_ = true; }
  // Nothing is refused: options that are not known are in rest(), too; together with stop_at_first_word() the
  // first of them ends the options.
  void allow_unknown() { allows_unknown_ = true; }
  [[nodiscard]] const Arguments& rest() const { return rest_; }

  // Shown in --help.
  template <typename Commands>
  void show_commands(const Commands& commands) {
    for (const auto& command : commands) commands_.push_back({command.name, command.summary});
  }
  void footer(std::string_view text) { footer_ = text; }

  // Throws UsageError; HelpShown after --help, or --help-json as the only word, was printed.
  void parse(const Arguments& arguments);

  [[nodiscard]] std::string help_text() const;
  // The same as JSON, for packaging/documents.py, which writes the man page and the completions of shells
  // from it: name, description, usage, footer, commands (name and summary) and options (names, value,
  // choices, help; those without names are positional).
  [[nodiscard]] std::string help_json() const;

 private:
  Option& add(std::string_view names, std::string_view help);
  // Whether it is there that the options end.
  [[nodiscard]] bool is_end(const std::string& word);
  // `at`: of the option's word, then of the last one that belongs to it.
  void take_option(const Arguments& arguments, std::size_t& at);
  void take_short_options(const Arguments& arguments, std::size_t& at);
  [[nodiscard]] Option* find(std::string_view word);
  void take_value(Option& option, const Arguments& arguments, std::size_t& at);
  void take_positional(const std::string& word);
  [[nodiscard]] Option* named(std::string_view name);
  void refuse_unknown(const std::string& word);
  void check_required() const;

  [[nodiscard]] std::string usage() const;
  [[nodiscard]] std::string about() const;

  std::string description_;
  std::string name_;
  std::string_view footer_;
  std::deque<Option> options_;  // references stay good
  std::vector<CommandRow> commands_;
  Arguments rest_;
  bool help_ = false;
  bool stops_ = false;
  bool allows_unknown_ = false;
};

// The only argument of any command that prints help_json(); no --help says so.
inline constexpr std::string_view help_json_option = "--help-json";

}  // namespace scrim::cli
