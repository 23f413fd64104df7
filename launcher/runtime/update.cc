// SPDX-License-Identifier: Apache-2.0
#include "launcher/runtime/update.h"

#include <charconv>

#include "libprofile/error.h"
#include "libprofile/text.h"

namespace scrim::runtime {

void update(const Store& store, const std::string& id, const document::json::Value& resources,
            const std::string& file, const Warn& warn) {
  const Container container = store.open(id);
  ContainerState state = container.load();
  const Status status = status_of(state, container);
  if (status == Status::creating || status == Status::stopped)
    throw Error(concat("update container ", id, ": container not running (it is ", name_of(status), ")"));
  document::Warnings warnings;
  state.resources = cgroup::update_limits(state.cgroup, state.resources, resources, file, warnings);
  container.save(state);
  for (const document::Warning& warning : warnings) warn(warning.text);
}

std::optional<std::int64_t> size_in_bytes(std::string_view text) {
  if (text.empty() || text.front() < '0' || text.front() > '9') return std::nullopt;  // "inf" is a number too
  double number = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number, std::chars_format::fixed);
  if (error != std::errc()) return std::nullopt;
  std::string_view unit(rest, static_cast<std::size_t>(end - rest));
  if (unit.starts_with(' ')) unit.remove_prefix(1);
  constexpr std::string_view prefixes = "kKmMgGtTpP";
  double factor = 1;
  if (const std::size_t at = unit.empty() ? prefixes.npos : prefixes.find(unit.front());
      at != prefixes.npos) {
    for (std::size_t step = 0; step <= at / 2; ++step) factor *= 1024;
    unit.remove_prefix(1);
    if (unit.starts_with('i') || unit.starts_with('I')) unit.remove_prefix(1);
  }
  if (!unit.empty() && unit != "b" && unit != "B") return std::nullopt;
  constexpr double too_large = 9223372036854775808.0;  // 2^63
  if (number * factor >= too_large) return std::nullopt;
  return static_cast<std::int64_t>(number * factor);
}

}  // namespace scrim::runtime
