// SPDX-License-Identifier: Apache-2.0
#include "libprofile/inspect/overview.h"

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

#include "libprofile/error.h"
#include "libprofile/inspect/report.h"
#include "libprofile/text.h"

namespace scrim::inspect {

using document::json::Value;

namespace {

struct Verdict {
  std::vector<std::string> equals;
  std::string text;
};

std::string bytes_of(const std::vector<kernel::LoadedFilter>& filters) {
  std::string all;
  for (const kernel::LoadedFilter& each : filters) {
    all.append(reinterpret_cast<const char*>(each.program.data()), each.program.size() * sizeof(sock_filter));
    all += '|';
  }
  return all;
}

// Containers of one image and engine have the same program: what it is needs to be found out once.
class Verdicts {
 public:
  const Verdict& of(const FilteredProcess& process) {
    const std::vector<kernel::LoadedFilter> filters = kernel::filters_of(process.pid);
    const std::uint64_t bounding = process.status.bounding;
    const auto [found, is_new] = known_.try_emplace({bounding, bytes_of(filters)});
    if (!is_new) return found->second;
    const resolve::Target target = target_of(process.status);
    auto defaults = defaults_.find(bounding);
    if (defaults == defaults_.end()) defaults = defaults_.emplace(bounding, known_defaults(target)).first;
    const Enforced enforced = inspect::enforced("", programs_of(filters), target.architecture);
    const Match match = matches(enforced, defaults->second).front();
    constexpr std::size_t near = 40;  // beyond that it is something else
    const std::size_t differ = match.named_differences();
    if (differ == 0) {
      found->second = {match.names, join(match.names)};
    } else if (differ <= near) {
      found->second = {{},
                       concat("near ", match.names.front(), ", ", differ,
                              differ == 1 ? " call differs" : " calls differ")};
    } else {
      const AbiCount count = count_of(enforced.abis.front());
      found->second = {{},
                       concat("its own: ", count.allowed, " calls allowed, ", count.conditional,
                              " for some arguments, ", count.denied, " denied")};
    }
    return found->second;
  }

 private:
  std::map<std::pair<std::uint64_t, std::string>, Verdict> known_;
  std::map<std::uint64_t, std::vector<KnownProfile>> defaults_;
};

}  // namespace

std::vector<OverviewLine> overview() {
  const std::vector<FilteredProcess> all = processes_where(
      [](const FilteredProcess& process) { return process.status.mode != kernel::SeccompMode::disabled; });
  Verdicts verdicts;
  std::vector<OverviewLine> lines;
  for (const FilteredProcess& process : all) {
    OverviewLine line{process.place,
                      {process.pid},
                      process.status.name,
                      process.status.mode,
                      process.status.filters,
                      {},
                      {}};
    if (line.mode == kernel::SeccompMode::strict) {
      line.verdict = "read, write, exit and sigreturn alone";
    } else {
      try {
        const Verdict& verdict = verdicts.of(process);
        line.equals = verdict.equals;
        line.verdict = verdict.text;
      } catch (const SystemError& error) {
        if (error.code() == ESRCH) continue;
        line.verdict = concat("not known: ", error.what());
      }
    }
    const auto same = std::ranges::find_if(lines, [&](const OverviewLine& each) {
      return each.place.cgroup == line.place.cgroup && each.mode == line.mode &&
             each.filters == line.filters && each.verdict == line.verdict;
    });
    if (same == lines.end())
      lines.push_back(std::move(line));
    else
      same->pids.push_back(process.pid);
  }
  std::ranges::stable_sort(
      lines, {}, [](const OverviewLine& line) { return std::pair(line.place.engine, line.place.cgroup); });
  return lines;
}

Value json_of(const OverviewLine& line) {
  Value value;
  value.set("cgroup", json_of(std::string_view(line.place.cgroup)));
  value.set("engine", json_of(std::string_view(line.place.engine)));
  value.set("container", json_of(std::string_view(line.place.id)));
  value.set("name", json_of(std::string_view(line.name)));
  Value::Array pids;
  for (const pid_t pid : line.pids) pids.push_back(json_of(static_cast<std::uint64_t>(pid)));
  value.set("pids", Value(Value::Data(std::move(pids))));
  value.set("mode", json_of(name_of(line.mode)));
  value.set("filters", line.filters ? json_of(std::uint64_t{*line.filters}) : Value());
  value.set("equals", json_of(line.equals));
  value.set("verdict", json_of(std::string_view(line.verdict)));
  return value;
}

std::string text_of(const OverviewLine& line) {
  constexpr std::size_t shown = 12;
  const std::string where = line.place.id.empty()
                                ? line.place.cgroup
                                : concat(line.place.engine.empty() ? "container" : line.place.engine, " ",
                                         line.place.id.substr(0, shown));
  std::string processes = concat(line.name, " ", line.pids.front());
  if (line.pids.size() > 1) processes += concat(" and ", line.pids.size() - 1, " more");
  return concat(where, "  ", processes, "  ",
                line.mode == kernel::SeccompMode::strict
                    ? std::string("strict")
                    : concat(line.filters ? std::to_string(*line.filters) : "?",
                             line.filters == 1U ? " filter" : " filters"),
                "  ", line.verdict);
}

}  // namespace scrim::inspect
