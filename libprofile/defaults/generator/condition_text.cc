// SPDX-License-Identifier: Apache-2.0
#include "libprofile/defaults/generator/condition_text.h"

#include <charconv>
#include <utility>

namespace scrim::defaults {

namespace {

using document::Condition;
using document::Operator;

// Longer operators stand before those that they begin with.
constexpr std::pair<std::string_view, Operator> operators[] = {
    {"==", Operator::equal},         {"!=", Operator::not_equal},
    {"<=", Operator::less_or_equal}, {">=", Operator::greater_or_equal},
    {"<", Operator::less},           {">", Operator::greater}};

class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  [[nodiscard]] bool at_end() const { return rest_.empty(); }

  bool take(std::string_view token) {
    if (!rest_.starts_with(token)) return false;
    rest_.remove_prefix(token.size());
    return true;
  }

  std::optional<unsigned> argument() {
    if (!take("arg") || rest_.empty() || rest_[0] < '0' || rest_[0] > '5') return std::nullopt;
    const auto index = static_cast<unsigned>(rest_[0] - '0');
    rest_.remove_prefix(1);
    return index;
  }

  std::optional<std::uint64_t> number() {
    const int base = take("0x") ? 16 : 10;
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value, base);
    if (error != std::errc()) return std::nullopt;
    rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
    return value;
  }

  std::optional<Operator> comparison() {
    for (const auto& [text, op] : operators)
      if (take(text)) return op;
    return std::nullopt;
  }

  std::optional<Condition> condition() { return take("(") ? masked() : compared(); }

 private:
  std::optional<Condition> masked() {
    const auto index = argument();
    if (!index || !take(" & ")) return std::nullopt;
    const auto mask = number();
    if (!mask || !take(") == ")) return std::nullopt;
    const auto value = number();
    if (!value) return std::nullopt;
    return Condition{*index, Operator::masked_equal, *mask, *value, {}};
  }

  std::optional<Condition> compared() {
    const auto index = argument();
    if (!index || !take(" ")) return std::nullopt;
    const auto op = comparison();
    if (!op || !take(" ")) return std::nullopt;
    const auto value = number();
    if (!value) return std::nullopt;
    return Condition{*index, *op, *value, 0, {}};
  }

  std::string_view rest_;
};

}  // namespace

std::optional<std::vector<Condition>> parse_conditions(std::string_view text) {
  Scanner scanner(text);
  std::vector<Condition> conditions;
  do {
    const auto condition = scanner.condition();
    if (!condition) return std::nullopt;
    conditions.push_back(*condition);
  } while (scanner.take(" && "));
  if (!scanner.at_end()) return std::nullopt;
  return conditions;
}

}  // namespace scrim::defaults
