// SPDX-License-Identifier: Apache-2.0
#include "libprofile/lint/needs.h"

#include <algorithm>
#include <set>

#include "libprofile/error.h"
#include "libprofile/filter/frequencies.h"
#include "libprofile/policy/syscall.h"
#include "libprofile/policy/syscall_names.h"
#include "libprofile/text.h"

namespace scrim::lint {

using inspect::Fate;

namespace {

bool is_name_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view space = " \t\r";
  const std::size_t first = text.find_first_not_of(space);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(space) - first + 1);
}

std::string_view name_at(std::string_view text) {
  const auto end = std::ranges::find_if_not(text, is_name_letter);
  return text.substr(0, static_cast<std::size_t>(end - text.begin()));
}

// Without what strace writes before a call: "[pid 17] ", "17 ", a time of day or since the start.
std::string_view without_prefix(std::string_view line) {
  if (line.starts_with("[pid"))
    if (const std::size_t end = line.find(']'); end != std::string_view::npos)
      line = trimmed(line.substr(end + 1));
  for (;;) {
    const std::size_t end = line.find(' ');
    if (end == std::string_view::npos || end == 0) return line;
    if (line.substr(0, end).find_first_not_of("0123456789:.+") != std::string_view::npos) return line;
    line = trimmed(line.substr(end + 1));
  }
}

// What a line of strace's is about; nothing for signals, exits and the second half of an interrupted call.
struct Traced {
  bool is = false;
  std::string_view call;
};
Traced traced(std::string_view line) {
  line = without_prefix(line);
  if (line.starts_with("+++") || line.starts_with("---") || line.starts_with("<...")) return {true, {}};
  if (line.starts_with("strace:")) return {true, {}};
  const std::string_view name = name_at(line);
  if (name.empty() || line.size() == name.size() || line[name.size()] != '(') return {};
  return {true, name};
}

bool is_table(std::string_view text) {
  return text.find("syscall") != std::string_view::npos && text.find("calls") != std::string_view::npos;
}

}  // namespace

std::vector<std::string> read_needs(std::string_view text, const std::string& file) {
  std::set<std::string, std::less<>> names;
  const std::vector<std::string_view> lines = split(text, '\n');
  const bool trace =
      std::ranges::any_of(lines, [](std::string_view line) { return !traced(trimmed(line)).call.empty(); });
  if (!trace && is_table(text)) {
    for (const auto& [name, count] : filter::read_frequencies(text, file)) names.insert(name);
    return {names.begin(), names.end()};
  }
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::string_view line = trimmed(lines[i].substr(0, trace ? lines[i].size() : lines[i].find('#')));
    if (line.empty()) continue;
    // What the program itself printed may stand between the lines of a trace.
    const std::string_view name = trace ? traced(line).call : name_at(line);
    const std::string_view rest = trace ? "" : trimmed(line.substr(name.size()));
    if (!trace && (name.empty() || rest.find_first_not_of("0123456789") != std::string_view::npos))
      throw Error(concat(file, ":", i + 1,
                         ": a line is the name of a system call (or the file is what strace wrote, or "
                         "strace -c printed)"));
    if (!name.empty()) names.emplace(name);
  }
  if (names.empty()) throw Error(concat(file, ": no system calls"));
  return {names.begin(), names.end()};
}

std::vector<NeededCall> check_needs(const std::vector<std::string>& calls, const inspect::Enforced& enforced,
                                    const document::Profile* written, const resolve::Target& target) {
  std::vector<NeededCall> all;
  const inspect::AbiMeaning* const meaning = enforced.find(target.architecture);
  if (meaning == nullptr)
    throw Error(concat(enforced.name, ": nothing is known of calls of ", name_of(target.architecture)));
  for (const std::string& call : calls) {
    NeededCall& needed = all.emplace_back();
    needed.call = call;
    if (!policy::Syscall::named(call) && !policy::newer_than_libseccomp(call)) {
      const std::string_view near = policy::nearest_syscall(call);
      needed.exists = false;
      needed.answer = "no system call is called so";
      if (!near.empty()) needed.mend = concat("did you mean ", near, "?");
      continue;
    }
    const inspect::Explanation why = explain(call, enforced, written, target);
    const inspect::NamedCall* const found = meaning->abi.named(call);
    if (found == nullptr) {
      needed.answer = concat(inspect::short_name(target.architecture),
                             " has no such call, or none that libseccomp knows");
      needed.fate = Fate::allowed;  // it fails there whatever the profile says
      continue;
    }
    needed.fate = inspect::fate_of(meaning->decoded.at(found->number));
    for (const inspect::AbiAnswer& each : why.answers)
      if (each.abi == inspect::short_name(target.architecture)) needed.answer = each.answer;
    std::vector<std::string> rules;
    for (const inspect::NamingRule& rule : why.rules)
      if (rule.applies) rules.push_back(concat(rule.where, ": ", rule.says));
    if (rules.empty()) {
      if (!why.default_says.empty()) needed.because = concat("the default, ", why.default_says);
      for (const inspect::NamingRule& rule : why.rules)
        if (!rule.only.empty()) needed.mend = concat(rule.where, " allows or denies it ", rule.only);
    } else {
      needed.because = join(rules, "; ");
    }
  }
  return all;
}

bool is_missing(const NeededCall& call) {
  // Without a tracer, which no container has, TRACE is ENOSYS (seccomp(2)).
  return !call.exists || call.fate == Fate::denied || call.fate == Fate::killed ||
         call.fate == Fate::traced || call.fate == Fate::unknown;
}

}  // namespace scrim::lint
