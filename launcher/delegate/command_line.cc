// SPDX-License-Identifier: Apache-2.0
#include "launcher/delegate/command_line.h"

#include <algorithm>
#include <array>
#include <optional>

#include "libprofile/text.h"

namespace scrim::delegate {

namespace {

struct Option {
  std::string_view name;
  char letter = 0;  // 0: none
  bool takes_value = false;
};

// Of runc 1.1 to 1.3 and crun 1.8 to 1.20.
constexpr std::array global_options{
    Option{"log", 0, true},        Option{"log-format", 0, true}, Option{"root", 0, true},
    Option{"criu", 0, true},       Option{"rootless", 0, true},   Option{"cgroup-manager", 0, true},
    Option{"debug", 0, false},     Option{"usage", 0, false},     Option{"systemd-cgroup", 0, false},
    Option{"help", 'h', false},    Option{"help", '?', false},    Option{"version", 'v', false},
    Option{"version", 'V', false},
};

// create, run, restore
constexpr std::array bundle_options{
    Option{"bundle", 'b', true},
    Option{"config", 'f', true},
    Option{"console-socket", 0, true},
    Option{"pid-file", 0, true},
    Option{"preserve-fds", 0, true},
    Option{"image-path", 0, true},
    Option{"work-path", 0, true},
    Option{"manage-cgroups-mode", 0, true},
    Option{"empty-ns", 0, true},
    Option{"lsm-profile", 0, true},
    Option{"lsm-mount-context", 0, true},
    Option{"detach", 'd', false},
    Option{"keep", 0, false},
    Option{"no-subreaper", 0, false},
    Option{"no-pivot", 0, false},
    Option{"no-new-keyring", 0, false},
    Option{"tcp-established", 0, false},
    Option{"ext-unix-sk", 0, false},
    Option{"shell-job", 0, false},
    Option{"file-locks", 0, false},
    Option{"auto-dedup", 0, false},
    Option{"lazy-pages", 0, false},
    Option{"help", 'h', false},
    Option{"help", '?', false},
    Option{"usage", 0, false},
};

constexpr std::array checkpoint_options{
    Option{"image-path", 0, true},       Option{"work-path", 0, true},
    Option{"parent-path", 0, true},      Option{"status-fd", 0, true},
    Option{"page-server", 0, true},      Option{"manage-cgroups-mode", 0, true},
    Option{"empty-ns", 0, true},         Option{"leave-running", 0, false},
    Option{"tcp-established", 0, false}, Option{"ext-unix-sk", 0, false},
    Option{"shell-job", 0, false},       Option{"lazy-pages", 0, false},
    Option{"file-locks", 0, false},      Option{"pre-dump", 0, false},
    Option{"auto-dedup", 0, false},      Option{"network-lock", 0, true},
    Option{"help", 'h', false},
};

constexpr std::array delete_options{
    Option{"force", 'f', false}, Option{"regex", 'r', false}, Option{"help", 'h', false},
    Option{"help", '?', false},  Option{"usage", 0, false},
};

constexpr std::array list_options{
    Option{"format", 'f', true},
    Option{"quiet", 'q', false},
    Option{"help", 'h', false},
};

constexpr std::array<std::string_view, 21> commands{
    "create", "run",    "start",      "state",   "kill", "delete",   "list", "exec", "ps", "pause",  "resume",
    "update", "events", "checkpoint", "restore", "spec", "features", "init", "help", "h",  "mounts",
};

std::span<const Option> options_of(std::string_view command) {
  if (command == "create" || command == "run" || command == "restore") return bundle_options;
  if (command == "checkpoint") return checkpoint_options;
  if (command == "delete") return delete_options;
  if (command == "list") return list_options;
  return {};
}

const Option* by_letter(std::span<const Option> table, char letter) {
  const auto found =
      std::ranges::find_if(table, [=](const Option& option) { return option.letter == letter; });
  return found == table.end() ? nullptr : &*found;
}

// The option of that name, or the only one that begins so (getopt_long(3)).
const Option* by_name(std::span<const Option> table, std::string_view name, bool may_be_shortened) {
  const Option* only = nullptr;
  for (const Option& option : table) {
    if (option.name == name) return &option;
    if (!may_be_shortened || !option.name.starts_with(name)) continue;
    if (only != nullptr && only->name != option.name) return nullptr;
    only = &option;
  }
  return only;
}

// Go's strconv.ParseBool; anything that is not clearly "no" means yes.
bool is_true(const std::optional<std::string_view>& value) {
  static constexpr std::array<std::string_view, 6> no{"0", "f", "F", "false", "FALSE", "False"};
  return !value || std::ranges::find(no, *value) == no.end();
}

// One word that begins with '-'.
struct Word {
  const Option* option = nullptr;         // the (last) option in it; nullptr: not in the table
  std::optional<std::string_view> value;  // that came with it
  std::string before;                     // "-d" of "-db/path": what else it says
};

Word read_word(std::string_view word, std::span<const Option> table) {
  const bool two_dashes = word.starts_with("--");
  const std::string_view text = word.substr(two_dashes ? 2 : 1);
  const std::size_t equals = text.find('=');
  const std::string_view name = text.substr(0, equals);
  Word out;
  if (equals != std::string_view::npos) out.value = text.substr(equals + 1);
  if (two_dashes || name.size() > 1) out.option = by_name(table, name, two_dashes);
  if (out.option != nullptr || two_dashes) return out;
  // Letters; with one that takes a value the rest is its value.
  for (std::size_t i = 0; i < text.size(); ++i) {
    const Option* option = by_letter(table, text[i]);
    if (option == nullptr) break;
    out.option = option;
    out.value.reset();
    if (option->takes_value) {
      std::string_view rest = text.substr(i + 1);
      if (rest.starts_with('=')) rest.remove_prefix(1);
      if (i + 1 < text.size()) out.value = rest;
      if (i > 0) out.before = concat("-", text.substr(0, i));
      return out;
    }
  }
  return out;
}

bool is_option(std::string_view word) {
  return word.size() > 1 && word.front() == '-';
}

class Parser {
 public:
  explicit Parser(std::span<const std::string> words) : words_(words) {}

  CommandLine parse() {
    read_globals();
    if (next_ < words_.size()) {
      line_.command = words_[next_++];
      read_command();
    }
    return std::move(line_);
  }

 private:
  void read_globals() {
    for (; next_ < words_.size() && is_option(words_[next_]); ++next_) {
      const Word word = read_word(words_[next_], global_options);
      line_.globals.push_back(words_[next_]);
      std::optional<std::string_view> value = word.value;
      if (!value && next_ + 1 < words_.size()) {
        const std::string& after = words_[next_ + 1];
        const bool known_value = word.option != nullptr && word.option->takes_value;
        const bool likely_value = word.option == nullptr && !is_option(after) &&
                                  std::ranges::find(commands, after) == commands.end();
        if (known_value || likely_value) {
          value = after;
          line_.globals.push_back(words_[++next_]);
        }
      }
      if (word.option != nullptr && word.option->name == "root" && value) line_.root = *value;
    }
  }

  void read_command() {
    const std::span<const Option> table = options_of(line_.command);
    for (; next_ < words_.size(); ++next_) {
      const std::string& text = words_[next_];
      if (text == "--") {
        line_.options_end = true;
        line_.positionals.insert(line_.positionals.end(),
                                 words_.begin() + static_cast<std::ptrdiff_t>(next_) + 1, words_.end());
        break;
      }
      if (is_option(text))
        read_option(read_word(text, table));
      else
        line_.positionals.push_back(text);
    }
    // "--new-flag ID": what we took for the flag's value is all there is for an id.
    if (line_.positionals.empty() && doubtful_) {
      line_.positionals.push_back(line_.options[*doubtful_]);
      line_.options.erase(line_.options.begin() + static_cast<std::ptrdiff_t>(*doubtful_));
    }
  }

  void read_option(const Word& word) {
    const std::string& text = words_[next_];
    std::optional<std::string_view> value = word.value;
    const bool has_next = next_ + 1 < words_.size();
    bool separate = false;
    if (word.option == nullptr) {
      line_.options.push_back(text);
      if (!value && has_next && !is_option(words_[next_ + 1])) {
        doubtful_ = line_.options.size();
        line_.options.push_back(words_[++next_]);
      }
      return;
    }
    if (word.option->takes_value && !value && has_next) {
      value = words_[++next_];
      separate = true;
    }
    const std::string_view name = word.option->name;
    if (name == "bundle" || name == "config") {
      if (!word.before.empty()) {
        line_.options.push_back(word.before);
        note_letters(word.before);
      }
      (name == "bundle" ? line_.bundle : line_.config_file) = value.value_or("");
      return;
    }
    line_.options.push_back(text);
    if (separate) line_.options.emplace_back(*value);
    if (word.option->takes_value) return;
    if (name == "detach") line_.detach = is_true(value);
    if (name == "keep") line_.keep = is_true(value);
    if (!text.starts_with("--") && word.value == std::nullopt) note_letters(text);
    if (name == "regex") line_.regex = is_true(value);
  }

  void note_letters(std::string_view letters) {
    if (by_name(options_of(line_.command), letters.substr(1), false) != nullptr) return;  // Go's -detach
    if (letters.find('d') != std::string_view::npos) line_.detach = true;
    if (letters.find('r') != std::string_view::npos) line_.regex = true;
  }

  std::span<const std::string> words_;
  std::size_t next_ = 0;
  CommandLine line_;
  std::optional<std::size_t> doubtful_;  // index in line_.options
};

}  // namespace

CommandLine parse_command_line(std::span<const std::string> arguments) {
  return Parser(arguments).parse();
}

std::vector<std::string> with_bundle(const CommandLine& line, const std::string& bundle) {
  std::vector<std::string> out = line.globals;
  out.push_back(line.command);
  out.insert(out.end(), line.options.begin(), line.options.end());
  out.emplace_back("--bundle");
  out.push_back(bundle);
  if (line.options_end) out.emplace_back("--");
  out.insert(out.end(), line.positionals.begin(), line.positionals.end());
  return out;
}

std::vector<std::string> state_of(const CommandLine& line, const std::string& id) {
  std::vector<std::string> out = line.globals;
  out.insert(out.end(), {"state", id});
  return out;
}

}  // namespace scrim::delegate
