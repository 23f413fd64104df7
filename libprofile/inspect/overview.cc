// SPDX-License-Identifier: Apache-2.0
#include "libprofile/inspect/overview.h"

#include <algorithm>
#include <cerrno>
#include <map>
#include <string_view>
#include <utility>

#include "libprofile/error.h"
#include "libprofile/inspect/against_config.h"
#include "libprofile/inspect/patience.h"
#include "libprofile/inspect/report.h"
#include "libprofile/text.h"

namespace scrim::inspect {

using document::json::Value;

namespace {

struct Verdict {
  std::vector<std::string> equals;
  std::string text;
  bool confined = true;
  Enforced enforced;
  std::map<const std::vector<Enforced>*, std::optional<bool>> as_config;  // by what is asked for
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
  // Throws SystemError if its filters cannot be read.
  Verdict& of(const FilteredProcess& process) {
    const std::vector<kernel::LoadedFilter> filters = filters_of(process);
    const std::uint64_t bounding = process.status.bounding;
    const auto [found, is_new] = known_.try_emplace({bounding, bytes_of(filters)});
    if (!is_new) return found->second;
    const resolve::Target target = target_of(process.status);
    Verdict& verdict = found->second;
    verdict.enforced = inspect::enforced("", programs_of(filters), target.architecture);
    verdict.confined = !lets_everything_through(verdict.enforced.abis.front());
    if (!verdict.confined) {
      verdict.text = filters.empty() ? "unconfined" : "unconfined: what it has lets every call through";
      return verdict;
    }
    auto defaults = defaults_.find(bounding);
    if (defaults == defaults_.end()) defaults = defaults_.emplace(bounding, known_defaults(target)).first;
    describe(verdict, nearest(verdict.enforced, defaults->second));
    return verdict;
  }

  std::optional<bool> as_config(Verdict& verdict, const Container& container) {
    if (!container.config) return std::nullopt;
    const std::vector<Enforced>* const asked = asked_by(container);
    if (asked == nullptr) return std::nullopt;
    const auto [found, is_new] = verdict.as_config.try_emplace(asked);
    // Filters of a container that asks for none are a program's own, or of its runtime's floor.
    if (is_new) found->second = against_config(*asked, "", verdict.enforced).equal();
    return found->second;
  }

 private:
  std::vector<kernel::LoadedFilter> filters_of(const FilteredProcess& process) {
    if (process.status.mode != kernel::SeccompMode::filter) return {};
    const Patience::Time patience = patience_.for_next();
    if (patience == Patience::Time::zero())
      throw SystemError(ETIMEDOUT, concat("stop process ", process.pid),
                        "too many before it did not stop, so that it was not tried");
    try {
      return kernel::filters_of(process.status.tid, patience);
    } catch (const SystemError& error) {
      if (error.code() == ETIMEDOUT) patience_.spend();
      throw;
    }
  }

  static void describe(Verdict& verdict, const Match& match) {
    constexpr std::size_t near = 40;  // beyond that it is something else
    const std::size_t differ = match.named_differences();
    if (differ == 0) {
      verdict.equals = match.names;
      verdict.text = text_of(match.names);
    } else if (differ <= near) {
      verdict.text =
          concat("near ", match.names.front(), ", ", differ, differ == 1 ? " call differs" : " calls differ");
    } else {
      const AbiCount count = count_of(verdict.enforced.abis.front());
      verdict.text = concat("its own: ", count.allowed, " calls allowed, ", count.conditional,
                            " for some arguments, ", count.denied, " denied");
    }
  }

  // Nothing of what cannot be meant.
  const std::vector<Enforced>* asked_by(const Container& container) {
    const Value* const linux_part = container.config->find("linux");
    const Value* const seccomp = linux_part == nullptr ? nullptr : linux_part->find("seccomp");
    const auto [found, is_new] = asked_.try_emplace(seccomp == nullptr ? "" : to_text(*seccomp));
    if (is_new) try {
        found->second = asked_for(*container.config, container.config_file, resolve::native_architecture());
      } catch (const Error&) {
        found->second = std::nullopt;
      }
    return found->second ? &*found->second : nullptr;
  }

  Patience patience_;
  std::map<std::pair<std::uint64_t, std::string>, Verdict> known_;
  std::map<std::uint64_t, std::vector<KnownProfile>> defaults_;
  std::map<std::string, std::optional<std::vector<Enforced>>> asked_;
};

bool one_line(const OverviewLine& a, const OverviewLine& b) {
  const std::string none;
  return a.place.cgroup == b.place.cgroup && a.mode == b.mode && a.filters == b.filters &&
         a.verdict == b.verdict && a.as_config == b.as_config &&
         (a.container ? a.container->id : none) == (b.container ? b.container->id : none);
}

}  // namespace

std::vector<OverviewLine> overview(Containers& containers) {
  const std::vector<FilteredProcess> all = processes_where([&](const FilteredProcess& process) {
    return process.status.mode != kernel::SeccompMode::disabled || !process.place.id.empty() ||
           containers.of(process.pid, process.place) != nullptr;
  });
  Verdicts verdicts;
  std::vector<OverviewLine> lines;
  for (const FilteredProcess& process : all) {
    OverviewLine line;
    line.place = process.place;
    line.pids = {process.pid};
    line.name = process.status.name;
    line.mode = process.status.mode;
    line.filters = process.status.filters;
    const Container* const container = containers.of(process.pid, process.place);
    if (container != nullptr) {
      line.container = *container;
      line.container->config.reset();
    }
    if (line.mode == kernel::SeccompMode::strict) {
      line.verdict = "read, write, exit and sigreturn alone";
      line.confined = true;
    } else {
      try {
        Verdict& verdict = verdicts.of(process);
        line.equals = verdict.equals;
        line.verdict = verdict.text;
        line.confined = verdict.confined;
        if (container != nullptr) line.as_config = verdicts.as_config(verdict, *container);
      } catch (const SystemError& error) {
        if (error.code() == ESRCH) continue;
        line.verdict = concat("not known: ", error.what());
      }
    }
    const auto same =
        std::ranges::find_if(lines, [&](const OverviewLine& each) { return one_line(each, line); });
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
  add_container(value, line.place, line.container ? &*line.container : nullptr);
  value.set("name", json_of(std::string_view(line.name)));
  Value::Array pids;
  for (const pid_t pid : line.pids) pids.push_back(json_of(static_cast<std::uint64_t>(pid)));
  value.set("pids", document::json::array_of(std::move(pids)));
  value.set("mode", json_of(name_of(line.mode)));
  value.set("filters", line.filters ? json_of(std::uint64_t{*line.filters}) : Value());
  value.set("confined", document::json::truth_or_null(line.confined));
  value.set("equals", json_of(line.equals));
  value.set("verdict", json_of(std::string_view(line.verdict)));
  value.set("asConfig", document::json::truth_or_null(line.as_config));
  return value;
}

std::string text_of(const OverviewLine& line) {
  constexpr std::size_t shown = 12;
  std::string where = line.place.cgroup;
  if (line.container) {
    const std::string id = line.container->id.substr(0, shown);
    const std::string title = line.container->title();
    where = concat(line.container->engine_and_user(), " ",
                   title == line.container->id ? id : concat(title, " ", id));
  } else if (!line.place.id.empty()) {
    where = concat(line.place.engine.empty() ? "container" : line.place.engine, " ",
                   line.place.id.substr(0, shown));
  }
  std::string processes = concat(line.name, " ", line.pids.front());
  if (line.pids.size() > 1) processes += concat(" and ", line.pids.size() - 1, " more");
  std::string filters =
      concat(line.filters ? std::to_string(*line.filters) : "?", line.filters == 1U ? " filter" : " filters");
  if (line.mode == kernel::SeccompMode::strict) filters = "strict";
  return printable(concat(where, "  ", processes, "  ", filters, "  ", line.verdict,
                          line.as_config == false ? ", not what its config.json asks for" : ""));
}

}  // namespace scrim::inspect
