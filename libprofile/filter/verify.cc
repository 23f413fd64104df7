// SPDX-License-Identifier: Apache-2.0
#include "libprofile/filter/verify.h"

#include <linux/audit.h>
#include <linux/seccomp.h>

#include <algorithm>
#include <array>
#include <vector>

#include "libprofile/filter/call_names.h"
#include "libprofile/filter/disassemble.h"
#include "libprofile/filter/fuse.h"
#include "libprofile/filter/partial_walk.h"
#include "libprofile/filter/word_values.h"
#include "libprofile/policy/abi.h"
#include "libprofile/text.h"

namespace scrim::filter {

using document::Condition;
using document::Operator;

namespace {

constexpr std::uint32_t ones = 0xffffffff;
constexpr std::size_t words = Partial::words;
constexpr std::size_t arguments = 6;
// Of one word. A profile has some hundred numbers; more values than that come from masks.
constexpr std::size_t most_values = 20000;

class Verifier {
 public:
  Verifier(std::span<const sock_filter> program, std::span<const policy::Table> tables, std::size_t limit,
           Precedence precedence)
      : program_(program), tables_(tables), limit_(limit), precedence_(precedence), cases_(tables.size()) {}

  Verification run() {
    result_.complete = true;
    std::vector<Atom> compared = program_.comparisons({})[arch_word];
    for (const policy::Table& table : tables_)
      for (const policy::Abi& abi : table.abis) compared.push_back({Atom::Kind::equal, ones, abi.audit_arch});
    for (const std::uint32_t arch : values(compared)) {
      Partial call;
      call.choose(arch_word, arch);
      architecture(call);
      if (stop()) break;
    }
    return result_;
  }

 private:
  [[nodiscard]] bool stop() const { return result_.difference || !result_.complete; }

  std::vector<std::uint32_t> values(const std::vector<Atom>& compared) {
    std::vector<std::uint32_t> all = word_values(compared, most_values);
    if (all.empty()) result_.complete = false;
    return all;
  }

  void architecture(const Partial& call) {
    const std::uint32_t arch = call.value[arch_word];
    little_ = (arch & __AUDIT_ARCH_LE) != 0;
    std::vector<Atom> compared = program_.comparisons(call)[number_word];
    compared.push_back({Atom::Kind::equal, ones, ones});  // -1
    if (arch == AUDIT_ARCH_X86_64) compared.push_back({Atom::Kind::above, ones, policy::x32_bit - 1});
    for (const policy::Table& table : tables_)
      for (const policy::Abi& abi : table.abis) {
        if (abi.audit_arch != arch) continue;
        if (abi.newest) compared.push_back({Atom::Kind::above, ones, *abi.newest});
        for (const policy::Call& each : abi.calls) compared.push_back({Atom::Kind::equal, ones, each.number});
      }
    for (const std::uint32_t number : values(compared)) {
      Partial with_number = call;
      with_number.choose(number_word, number);
      calls_of(with_number);
      if (stop()) return;
    }
  }

  // All calls of a number.
  void calls_of(const Partial& call) {
    narrow_ = false;
    auto compared = program_.comparisons(call);
    for (std::size_t table = 0; table < tables_.size(); ++table)
      cases_[table] = cases_of(tables_[table], call);
    for (const auto& cases : cases_)
      for (const policy::Case* const each : cases)
        for (const Condition& condition : each->conditions) add(condition, compared);
    for (std::size_t word = 0; word < words; ++word)
      values_[word] = word == number_word || word == arch_word || compared[word].empty()
                          ? std::vector<std::uint32_t>{0}
                          : values(compared[word]);
    if (!stop()) choose(call);
  }

  // What a table has on the number that is chosen.
  std::vector<const policy::Case*> cases_of(const policy::Table& table, const Partial& call) {
    std::vector<const policy::Case*> cases;
    const std::uint32_t number = call.value[number_word];
    for (const policy::Abi& abi : table.abis) {
      if (abi.audit_arch != call.value[arch_word]) continue;
      const auto found = std::ranges::lower_bound(abi.calls, number, {}, &policy::Call::number);
      if (found == abi.calls.end() || found->number != number) continue;
      narrow_ = abi.narrow;
      for (const policy::Case& each : found->cases) cases.push_back(&each);
      break;
    }
    return cases;
  }

  [[nodiscard]] std::size_t low_word(unsigned argument) const {
    return argument_words + std::size_t{2} * argument + (little_ ? 0 : 1);
  }
  [[nodiscard]] std::size_t high_word(unsigned argument) const {
    return argument_words + std::size_t{2} * argument + (little_ ? 1 : 0);
  }

  // The 64 bits that begin with a word.
  [[nodiscard]] std::uint64_t joined(const Partial& call, std::size_t word) const {
    const std::uint64_t first = call.value[word];
    const std::uint64_t second = call.value[word + 1];
    return little_ ? second << 32 | first : first << 32 | second;
  }

  // How the words of an argument tell whether a condition holds.
  void add(const Condition& condition, std::array<std::vector<Atom>, words>& compared) const {
    for (const bool high : {false, true}) {
      if (high && narrow_) continue;
      const auto part = [high](std::uint64_t value) {
        return static_cast<std::uint32_t>(high ? value >> 32 : value);
      };
      std::vector<Atom>& atoms = compared[high ? high_word(condition.index) : low_word(condition.index)];
      const std::uint32_t value = part(condition.value);
      if (condition.op == Operator::masked_equal) {
        atoms.push_back({Atom::Kind::equal, value, part(condition.value_two)});
      } else {
        atoms.push_back({Atom::Kind::equal, ones, value});
        atoms.push_back({Atom::Kind::above, ones, value});
      }
    }
  }

  // Chooses the words that the program looks at, one after the other, then those that the policy looks at.
  void choose(const Partial& call) {
    const PartialWalk::Outcome outcome = program_.run(call);
    const std::size_t needed = outcome.needed < words ? outcome.needed : needed_by_policy(call);
    if (needed == words) return compare(call, outcome.answer);
    for (const std::uint32_t value : values_[needed]) {
      Partial next = call;
      next.choose(needed, value);
      choose(next);
      if (stop()) return;
    }
  }

  // The first word that policy::decide() needs to know of a table and does not.
  [[nodiscard]] std::size_t needed_by_policy(const Partial& call) const {
    for (const auto& cases : cases_)
      if (const std::size_t word = needed_by(cases, call); word != words) return word;
    return words;
  }

  [[nodiscard]] std::size_t needed_by(const std::vector<const policy::Case*>& cases,
                                      const Partial& call) const {
    for (const policy::Case* const each : cases) {
      bool all = true;
      for (const Condition& condition : each->conditions) {
        const std::size_t low = low_word(condition.index);
        const std::size_t high = high_word(condition.index);
        if (!call.chosen[low]) return low;
        if (!narrow_ && !call.chosen[high]) return high;
        const std::uint64_t upper = narrow_ ? 0 : call.value[high];
        all = policy::holds(condition, upper << 32 | call.value[low]);
        if (!all) break;
      }
      if (all) break;
    }
    return words;
  }

  void compare(const Partial& call, std::uint32_t answer) {
    if (++result_.calls > limit_) {
      result_.complete = false;
      return;
    }
    seccomp_data data{};
    data.nr = static_cast<int>(call.value[number_word]);
    data.arch = call.value[arch_word];
    // No policy asks for it; a wrong program may.
    data.instruction_pointer = joined(call, pointer_words);
    for (unsigned i = 0; i < arguments; ++i) data.args[i] = joined(call, argument_words + std::size_t{2} * i);
    const std::uint32_t decided = filter::answer(tables_, data, precedence_);
    if (decided != answer) result_.difference = {data, answer, decided};
  }

  PartialWalk program_;
  std::span<const policy::Table> tables_;
  std::size_t limit_;
  Precedence precedence_;
  Verification result_;
  bool little_ = true;
  bool narrow_ = false;
  std::vector<std::vector<const policy::Case*>> cases_;  // of each table, on the number that is chosen
  std::array<std::vector<std::uint32_t>, words> values_;
};

}  // namespace

std::string Difference::text(const policy::Table& table) const {
  std::string arguments_text;
  for (const std::uint64_t argument : call.args)
    arguments_text += concat(arguments_text.empty() ? "" : ", ", hexadecimal(argument));
  const auto number = static_cast<std::uint32_t>(call.nr);
  const std::string name = call_name(call.arch, number);
  const std::optional<document::Architecture> architecture = architecture_of(call.arch);
  return concat(table.name, ": system call ", number, name.empty() ? "" : concat(" (", name, ")"),
                " of architecture ",
                architecture ? std::string(name_of(*architecture)) : hexadecimal(call.arch),
                " with arguments (", arguments_text, ")",
                call.instruction_pointer == 0 ? "" : concat(" from ", hexadecimal(call.instruction_pointer)),
                ": the program answers ", answer_name(program), ", the policy ", answer_name(policy));
}

void prove(std::span<const sock_filter> program, const policy::Table& table, std::size_t limit) {
  prove(program, std::span(&table, 1), limit);
}

void prove(std::span<const sock_filter> program, std::span<const policy::Table> tables, std::size_t limit) {
  const Verification verification = verify(program, tables, limit);
  if (verification.difference)
    throw WrongProgram(concat("the filter does not do what the profile says: ",
                              verification.difference->text(tables.front())));
  if (!verification.complete)
    throw Error(concat(tables.front().name,
                       ": the filter could not be verified to the end: ", verification.calls,
                       " calls were compared without a difference, and there are more that it or the profile "
                       "tells apart"));
}

Verification verify(std::span<const sock_filter> program, std::span<const policy::Table> tables,
                    std::size_t limit, Precedence precedence) {
  return Verifier(program, tables, limit, precedence).run();
}

Verification verify(std::span<const sock_filter> program, const policy::Table& table, std::size_t limit) {
  return verify(program, std::span(&table, 1), limit);
}

}  // namespace scrim::filter
