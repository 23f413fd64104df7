// SPDX-License-Identifier: Apache-2.0
#include "libprofile/filter/verify.h"

#include <linux/audit.h>
#include <linux/bpf_common.h>
#include <linux/seccomp.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <set>
#include <tuple>
#include <vector>

#include "libprofile/filter/call_names.h"
#include "libprofile/filter/disassemble.h"
#include "libprofile/filter/fuse.h"
#include "libprofile/filter/word_values.h"
#include "libprofile/policy/abi.h"
#include "libprofile/text.h"

namespace scrim::filter {

using document::Condition;
using document::Operator;

namespace {

constexpr std::uint32_t ones = 0xffffffff;
constexpr std::size_t words = sizeof(seccomp_data) / sizeof(std::uint32_t);
constexpr std::size_t number_word = offsetof(seccomp_data, nr) / sizeof(std::uint32_t);
constexpr std::size_t arch_word = offsetof(seccomp_data, arch) / sizeof(std::uint32_t);
constexpr std::size_t argument_word = offsetof(seccomp_data, args) / sizeof(std::uint32_t);
constexpr std::size_t arguments = 6;
// Of one word. A profile has some hundred numbers; more values than that come from masks.
constexpr std::size_t most_values = 20000;

// A call of which some words are chosen.
struct Partial {
  std::array<std::uint32_t, words> value{};
  std::array<bool, words> chosen{};

  void choose(std::size_t word, std::uint32_t chosen_value) {
    value[word] = chosen_value;
    chosen[word] = true;
  }
};

// What an instruction finds in the accumulator: a word of the call, cut to a mask.
struct Held {
  std::size_t word = words;  // none: the accumulator is 0 before the first load
  std::uint32_t mask = ones;
  // clang-tidy 14 sees a 0 in the comparison that the compiler writes.
  // NOLINTNEXTLINE(modernize-use-nullptr)
  friend auto operator<=>(const Held&, const Held&) = default;
};

class Walk {
 public:
  explicit Walk(std::span<const sock_filter> program) : program_(program) {
    if (program.empty() || program.size() > BPF_MAXINSNS)
      throw Error(concat("a filter of ", program.size(), " instructions: 1 to ", BPF_MAXINSNS));
  }

  // The answer, or the word that has to be chosen first.
  struct Outcome {
    std::uint32_t answer = 0;
    std::size_t needed = words;
  };
  [[nodiscard]] Outcome run(const Partial& call) const {
    Held held;
    std::size_t at = 0;
    for (;;) {
      const sock_filter& instruction = fetch(at);
      if (instruction.code == (BPF_RET | BPF_K)) return {instruction.k, words};
      if (is_jump(instruction)) {
        if (held.word < words && !call.chosen[held.word]) return {0, held.word};
        const std::uint32_t value = held.word < words ? call.value[held.word] : 0;
        at += 1U + (atom(instruction, held).holds(value) ? instruction.jt : instruction.jf);
      } else {
        at = straight(instruction, at, held);
      }
    }
  }

  // All comparisons that the program can come to for calls with the words that are chosen, by word.
  [[nodiscard]] std::array<std::vector<Atom>, words> comparisons(const Partial& call) const {
    std::array<std::vector<Atom>, words> found;
    std::set<std::pair<std::size_t, Held>> seen;
    std::vector<std::pair<std::size_t, Held>> open{{0, {}}};
    while (!open.empty()) {
      auto [at, held] = open.back();
      open.pop_back();
      if (!seen.emplace(at, held).second) continue;
      const sock_filter& instruction = fetch(at);
      if (instruction.code == (BPF_RET | BPF_K)) continue;
      if (!is_jump(instruction)) {
        const std::size_t next = straight(instruction, at, held);
        open.emplace_back(next, held);
        continue;
      }
      const Atom compared = atom(instruction, held);
      const bool known = held.word >= words || call.chosen[held.word];
      const std::uint32_t value = held.word < words ? call.value[held.word] : 0;
      if (!known) found[held.word].push_back(compared);
      if (!known || compared.holds(value)) open.emplace_back(at + 1 + instruction.jt, held);
      if (!known || !compared.holds(value)) open.emplace_back(at + 1 + instruction.jf, held);
    }
    return found;
  }

 private:
  [[nodiscard]] const sock_filter& fetch(std::size_t at) const {
    if (at >= program_.size()) throw Error("a filter runs past its end");
    return program_[at];
  }

  static bool is_jump(const sock_filter& instruction) {
    return BPF_CLASS(instruction.code) == BPF_JMP && instruction.code != (BPF_JMP | BPF_JA);
  }

  // Instructions without a choice: where it goes on.
  static std::size_t straight(const sock_filter& instruction, std::size_t at, Held& held) {
    switch (instruction.code) {
      case BPF_LD | BPF_W | BPF_ABS:
        if (instruction.k % sizeof(std::uint32_t) != 0 || instruction.k >= sizeof(seccomp_data))
          throw Error(concat("instruction ", at, " of a filter loads from outside struct seccomp_data"));
        held = {instruction.k / sizeof(std::uint32_t), ones};
        return at + 1;
      case BPF_ALU | BPF_AND | BPF_K:
        held.mask &= instruction.k;
        return at + 1;
      case BPF_JMP | BPF_JA:
        return at + 1 + instruction.k;
      default:
        throw Error(concat("instruction ", at, " of a filter (code ", instruction.code,
                           ") is none that can be verified"));
    }
  }

  static Atom atom(const sock_filter& jump, const Held& held) {
    switch (jump.code) {
      case BPF_JMP | BPF_JEQ | BPF_K:
        return {Atom::Kind::equal, held.mask, jump.k};
      case BPF_JMP | BPF_JGT | BPF_K:
        return {Atom::Kind::above, held.mask, jump.k};
      case BPF_JMP | BPF_JGE | BPF_K:
        // All words are at least 0: some bit of none is set.
        if (jump.k == 0) return {Atom::Kind::equal, 0, 0};
        return {Atom::Kind::above, held.mask, jump.k - 1};
      case BPF_JMP | BPF_JSET | BPF_K:
        return {Atom::Kind::any_bit, held.mask, jump.k};
      default:
        throw Error(concat("a jump of a filter (code ", jump.code, ") is none that can be verified"));
    }
  }

  std::span<const sock_filter> program_;
};

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
    return argument_word + std::size_t{2} * argument + (little_ ? 0 : 1);
  }
  [[nodiscard]] std::size_t high_word(unsigned argument) const {
    return argument_word + std::size_t{2} * argument + (little_ ? 1 : 0);
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
    const Walk::Outcome outcome = program_.run(call);
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
    for (unsigned i = 0; i < arguments; ++i)
      data.args[i] = std::uint64_t{call.value[high_word(i)]} << 32 | call.value[low_word(i)];
    const std::uint32_t decided = filter::answer(tables_, data, precedence_);
    if (decided != answer) result_.difference = {data, answer, decided};
  }

  Walk program_;
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
  return concat(
      table.name, ": system call ", number, name.empty() ? "" : concat(" (", name, ")"), " of architecture ",
      architecture ? std::string(name_of(*architecture)) : hexadecimal(call.arch), " with arguments (",
      arguments_text, "): the program answers ", answer_name(program), ", the policy ", answer_name(policy));
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
