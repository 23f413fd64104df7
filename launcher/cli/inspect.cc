// SPDX-License-Identifier: Apache-2.0
#include <charconv>
#include <iostream>
#include <optional>

#include "launcher/cli/known_containers.h"
#include "launcher/cli/painted_output.h"
#include "launcher/cli/profile.h"
#include "launcher/cli/profile_source.h"
#include "launcher/options/options.h"
#include "launcher/runtime/store.h"
#include "libprofile/inspect/against_config.h"
#include "libprofile/inspect/overview.h"
#include "libprofile/inspect/process.h"
#include "libprofile/inspect/report.h"
#include "libprofile/text.h"

namespace scrim::cli {

using document::json::Value;
using inspect::Enforced;
using inspect::Inspection;

namespace {

// What scrim keeps of a container of its own.
struct Stored {
  std::string profile;  // the resolution's name
  std::vector<std::string> because;
  bool equal = false;  // the filter that it compiled is the one that was installed first
};

// What was asked for, and what it came to.
struct Answer {
  Inspection inspection;
  std::optional<inspect::Container> container;
  std::optional<inspect::AgainstConfig> config;  // of the container
  std::optional<Stored> stored;                  // of a container of scrim's
  std::optional<Enforced> all;                   // the filters together, if they are known
  std::vector<Enforced> each;                    // by itself, if there are several
  std::optional<inspect::Match> compared;
  std::optional<inspect::Match> nearest;
  std::vector<std::string> unknown;
};

// A container's name or a process' number: a number is a process, unless scrim has a container of that name.
pid_t process_named(const Context& context, const std::string& name,
                    const std::vector<std::string>& runtime_roots) {
  pid_t pid = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), pid);
  const bool number = error == std::errc() && end == name.data() + name.size() && pid > 0;
  if (number && !has_container(context, name)) return pid;
  return container_process(context, name, runtime_roots);
}

std::optional<Stored> stored_by_scrim(const Context& context, const inspect::Container& container,
                                      const Inspection& inspection) {
  if (container.engine != scrims) return std::nullopt;
  const runtime::Container kept = runtime::Store(context.root()).look(container.id);
  const runtime::ContainerState state = kept.load();
  Stored stored{state.profile, state.profile_because, false};
  if (!state.filter_flags) {
    stored.equal = inspection.filters.empty();
  } else if (!inspection.filters.empty()) {
    const filter::Program compiled = kept.load_filter();
    stored.equal = inspect::same_program(compiled, inspection.filters.back().program);
  }
  return stored;
}

inspect::AgainstConfig against_its_config(const inspect::Container& container, const Enforced& enforced) {
  inspect::AgainstConfig failed;
  failed.file = container.config_file;
  failed.problem = container.not_read;
  if (container.config) try {
      return against_config(
          inspect::asked_for(*container.config, container.config_file, resolve::native_architecture()),
          container.config_file, enforced);
    } catch (const Error& error) {
      failed.problem = error.what();
    }
  return failed;
}

Answer look(const Context& context, const std::string& name, const std::string& compare,
            const ProfileOptions& options, const std::vector<std::string>& runtime_roots) {
  Answer answer;
  answer.inspection = inspect::inspect(process_named(context, name, runtime_roots));
  const Inspection& inspection = answer.inspection;
  inspect::Containers containers = known_containers(context, runtime_roots);
  if (const inspect::Container* const container = containers.of(inspection.pid, inspection.place))
    answer.container = *container;
  if (!inspection.not_read.empty()) {
    answer.unknown.push_back(inspection.not_read);
    return answer;
  }
  if (inspection.threads_read < inspection.threads.size())
    answer.unknown.push_back(concat("whether all threads have the same filters: ", inspection.threads_read,
                                    " of ", inspection.threads.size(),
                                    " threads read: ", inspection.threads_not_read));
  if (inspection.first().mode == kernel::SeccompMode::strict) return answer;
  const resolve::Target target = inspect::target_of(inspection.first());
  answer.all = inspect::enforced(name, inspect::programs_of(inspection.filters), target.architecture);
  if (inspection.filters.size() > 1)
    for (std::size_t i = 0; i < inspection.filters.size(); ++i)
      answer.each.push_back(
          inspect::enforced(concat("filter ", i), {inspection.filters[i].program}, target.architecture));
  if (!compare.empty()) {
    const Enforced wanted = profile_source(context, options, compare).enforced;
    answer.compared = {{wanted.name}, differences(wanted, *answer.all)};
  }
  if (answer.container) {
    answer.config = against_its_config(*answer.container, *answer.all);
    answer.stored = stored_by_scrim(context, *answer.container, inspection);
  }
  if (inspection.filters.empty()) return answer;
  answer.nearest = nearest(*answer.all, inspect::known_defaults(target));
  if (!answer.stored)
    answer.unknown.emplace_back(
        "who installed the filters, and from which file: the kernel keeps the programs alone");
  return answer;
}

Value json_of(const Stored& stored) {
  Value value;
  value.set("profile", inspect::json_of(std::string_view(stored.profile)));
  value.set("because", inspect::json_of(stored.because));
  value.set("equal", Value(Value::Data(stored.equal)));
  return value;
}

Value json_of(const Answer& answer) {
  Value value = inspect::json_of(answer.inspection, answer.container ? &*answer.container : nullptr);
  const auto meaning = [](const Enforced& enforced) {
    Value::Array abis;
    for (const inspect::AbiMeaning& each : enforced.abis) abis.push_back(inspect::json_of(summary_of(each)));
    return Value(Value::Data(std::move(abis)));
  };
  value.set("abis", answer.all ? meaning(*answer.all) : Value());
  Value::Array programs;
  for (std::size_t i = 0; i < answer.inspection.filters.size(); ++i) {
    const kernel::LoadedFilter& filter = answer.inspection.filters[i];
    Value one;
    one.set("instructions", inspect::json_of(std::uint64_t{filter.program.size()}));
    one.set("flags", filter.flags ? inspect::json_of(*filter.flags) : Value());
    one.set("abis", answer.each.empty() ? Value() : meaning(answer.each[i]));
    programs.push_back(std::move(one));
  }
  value.set("programs", Value(Value::Data(std::move(programs))));
  value.set("compared", answer.compared ? inspect::json_of(*answer.compared) : Value());
  value.set("config", answer.config ? inspect::json_of(*answer.config) : Value());
  value.set("stored", answer.stored ? json_of(*answer.stored) : Value());
  value.set("nearest", answer.nearest ? inspect::json_of(*answer.nearest) : Value());
  value.set("unknown", inspect::json_of(answer.unknown));
  return value;
}

void print_match(const inspect::Match& match, std::size_t most) {
  if (match.equal()) {
    std::cout << "equal to " << inspect::text_of(match.names) << '\n';
    return;
  }
  const std::size_t named = match.named_differences();
  if (named == 0)
    std::cout << "equal to " << inspect::text_of(match.names)
              << " for every call with a name; other numbers differ:\n";
  else
    std::cout << "nearest to " << inspect::text_of(match.names) << ", from which " << named
              << (named == 1 ? " call differs:\n" : " calls differ:\n");
  std::cout << inspect::text_of(match.differences, most);
}

void print_container(const Answer& answer) {
  const inspect::Place& place = answer.inspection.place;
  if (answer.container) {
    const inspect::Container& container = *answer.container;
    std::cout << "container " << printable(container.title())
              << (container.title() == container.id ? "" : concat(" (", printable(container.id), ")"))
              << " of " << container.engine_and_user()
              << (container.image.empty() ? "" : concat(", image ", printable(container.image))) << '\n';
  } else if (!place.id.empty()) {
    std::cout << "container " << printable(place.id)
              << (place.engine.empty() ? "" : concat(" of ", place.engine)) << '\n';
  } else if (!place.cgroup.empty()) {
    std::cout << "cgroup " << printable(place.cgroup) << '\n';
  }
}

void print_config(const inspect::AgainstConfig& config, std::size_t most) {
  const auto and_besides = [&] {
    return config.besides == 0
               ? std::string()
               : concat(", and ", config.besides, " more, which something else installed after it");
  };
  if (!config.problem.empty())
    std::cout << "not compared with its config.json: " << printable(config.problem) << '\n';
  else if (!config.asks)
    std::cout << "its config.json asks for no profile: " << printable(config.file) << '\n';
  else if (config.equal())
    std::cout << "what its config.json asks for" << (config.as_crun ? ", as crun loads it" : "")
              << and_besides() << ": " << printable(config.file) << '\n';
  else
    std::cout << "not what its config.json asks for: " << printable(config.file) << '\n'
              << inspect::text_of(config.differences, most);
}

void print(const Answer& answer) {
  const Inspection& inspection = answer.inspection;
  const kernel::ThreadStatus& first = inspection.first();
  std::cout << "process " << inspection.pid << " (" << printable(first.name) << "): seccomp "
            << inspect::name_of(first.mode);
  if (first.mode == kernel::SeccompMode::filter && first.filters)
    std::cout << ", " << *first.filters << (*first.filters == 1 ? " filter" : " filters");
  std::cout << (first.no_new_privs ? ", no_new_privs" : "") << '\n';
  print_container(answer);
  if (first.mode == kernel::SeccompMode::disabled)
    std::cout << "nothing is filtered: every call is allowed\n";
  if (first.mode == kernel::SeccompMode::strict)
    std::cout << "read, write, exit and sigreturn are allowed, and every other call kills it\n";
  if (inspection.threads.size() > 1)
    std::cout << inspection.threads.size() << " threads, "
              << (inspection.threads_read == inspection.threads.size()
                      ? ""
                      : concat(inspection.threads_read, " of them read, and these "))
              << (inspection.differing.empty() ? "all alike" : "not all alike:") << '\n';
  for (const kernel::ThreadStatus& thread : inspection.differing)
    std::cout << "  thread " << thread.tid << " (" << printable(thread.name) << "): seccomp "
              << inspect::name_of(thread.mode) << ", "
              << (thread.filters ? std::to_string(*thread.filters) : "?") << " filters\n";
  constexpr std::size_t few = 12;
  if (answer.config) print_config(*answer.config, few);
  if (answer.stored) {
    std::cout << (answer.stored->equal ? "as scrim resolved it: " : "not what scrim resolved: ")
              << printable(answer.stored->profile) << '\n';
    for (const std::string& each : answer.stored->because)
      std::cout << "  because " << printable(each) << '\n';
  }
  if (answer.compared) {
    std::cout << (answer.compared->equal() ? "" : "compared with what was given: ");
    print_match(*answer.compared, few);
  }
  if (answer.nearest) print_match(*answer.nearest, few);
  if (answer.all && first.mode == kernel::SeccompMode::filter) {
    if (!answer.each.empty()) std::cout << "\nall filters together\n";
    for (const inspect::AbiMeaning& each : answer.all->abis) std::cout << inspect::text_of(summary_of(each));
    for (std::size_t i = 0; i < answer.each.size(); ++i) {
      std::cout << "\nfilter " << i + 1 << " of " << answer.each.size() << (i == 0 ? " (installed last)" : "")
                << ", " << inspection.filters[i].program.size() << " instructions\n";
      for (const inspect::AbiMeaning& each : answer.each[i].abis)
        std::cout << inspect::text_of(summary_of(each));
    }
  }
  for (const std::string& each : answer.unknown) std::cout << "not known: " << printable(each) << '\n';
}

int inspect_all(const Context& context, const std::vector<std::string>& runtime_roots, bool json) {
  inspect::Containers containers = known_containers(context, runtime_roots);
  const std::vector<inspect::OverviewLine> lines = inspect::overview(containers);
  if (json) {
    Value::Array all;
    for (const inspect::OverviewLine& line : lines) all.push_back(inspect::json_of(line));
    std::cout << to_text(Value(Value::Data(std::move(all))), 2) << '\n';
  } else {
    for (const inspect::OverviewLine& line : lines) std::cout << inspect::text_of(line) << '\n';
    if (lines.empty()) std::cout << "no process has a filter, and no container runs\n";
  }
  return status_as_asked;
}

int inspect_one(const Context& context, const std::string& name, const std::string& compare,
                const ProfileOptions& options, const std::vector<std::string>& runtime_roots, bool json) {
  const Answer answer = look(context, name, compare, options, runtime_roots);
  if (json)
    std::cout << to_text(json_of(answer), 2) << '\n';
  else
    print(answer);
  if (!answer.inspection.not_read.empty()) return status_could_not;
  const bool finding =
      !answer.inspection.differing.empty() || (answer.compared && !answer.compared->equal()) ||
      (answer.stored ? !answer.stored->equal : answer.config && !answer.config->differences.empty());
  if (finding) return status_finding;
  const Inspection& inspection = answer.inspection;
  return inspection.threads_read < inspection.threads.size() ? status_could_not : status_as_asked;
}

}  // namespace

int inspect_command(const Context& context, const Arguments& arguments) {
  return with_status(context, [&] {
    Options app("What seccomp enforces on a running process, whoever started it.", "scrim inspect");
    std::string name;
    std::string compare;
    bool all = false;
    bool json = false;
    ProfileOptions options;
    std::vector<std::string> runtime_roots;
    app.add_option("process", name,
                   "a process' number, a container of scrim, or a container of Docker, containerd, Podman or "
                   "CRI-O: its name, POD/NAME, NAMESPACE/POD/NAME, or its id (twelve characters suffice)");
    app.add_flag("--all", all, "every process that has a filter, and every container's, by container");
    app.add_option("--compare", compare, source_help);
    app.add_option(
        "--runtime-root DIR", runtime_roots,
        "where runc or crun that no engine called keeps its containers (its --root), besides /run/runc "
        "and /run/crun");
    app.add_flag("--json", json, "as JSON");
    add_capability_options(app, options.cap_add, options.cap_drop);
    app.parse(arguments);
    const PaintedOutput paint(!json);
    if (all != name.empty()) throw UsageError("inspect: name one process or container, or --all");
    return all ? inspect_all(context, runtime_roots, json)
               : inspect_one(context, name, compare, options, runtime_roots, json);
  });
}

}  // namespace scrim::cli
