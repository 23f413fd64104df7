// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <iostream>

#include "launcher/cli/painted_output.h"
#include "launcher/cli/profile.h"
#include "launcher/cli/profile_options.h"
#include "launcher/options/options.h"
#include "libprofile/document/json_of.h"
#include "libprofile/error.h"
#include "libprofile/filter/cost.h"
#include "libprofile/filter/libseccomp.h"
#include "libprofile/filter/own.h"
#include "libprofile/filter/worker.h"
#include "libprofile/text.h"

namespace scrim::cli {

using document::json::array_of;
using document::json::json_of;
using document::json::Value;

namespace {

// A compiler's program and what is to be said of it.
struct Compiled {
  std::string name;     // for people
  std::string key;      // for --json
  std::string problem;  // why there is no program
  filter::Program program;
  double microseconds = 0;          // from the parsed profile
  std::vector<filter::Cost> costs;  // as `abis` of Comparison
};

struct Comparison {
  const ResolvedProfile& profile;
  std::vector<policy::Abi> abis;  // whose numbers a bitmap can have
  std::vector<Compiled> compilers;
};

// The best of some runs.
double best_time(unsigned runs, const std::function<void()>& work) {
  using Microseconds = std::chrono::duration<double, std::micro>;
  Microseconds best = Microseconds::max();
  for (unsigned i = 0; i < runs; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    work();
    best = std::min<Microseconds>(best, std::chrono::steady_clock::now() - begin);
  }
  return best.count();
}

policy::Policy policy_again(const ResolvedProfile& profile) {
  document::Warnings warnings;
  return make_policy(profile.seccomp, policy::UnknownSyscalls::warn, warnings, profile.target.architecture);
}

Compiled own(const ResolvedProfile& profile) {
  Compiled compiled;
  compiled.name = compiled.key = "scrim";
  constexpr unsigned runs = 20;
  try {
    compiled.microseconds =
        best_time(runs, [&] { compiled.program = filter::compile(make_table(policy_again(profile))); });
  } catch (const Error& error) {
    compiled.problem = error.what();
  }
  return compiled;
}

// libseccomp at work where it cannot run for ever.
struct Attempt {
  filter::Arrangement arrangement;
  filter::Worker worker;
};

Compiled by_libseccomp(const ResolvedProfile& profile, Attempt& attempt) {
  const bool tree = attempt.arrangement == filter::Arrangement::tree;
  Compiled compiled;
  compiled.name = concat("libseccomp's ", tree ? "tree" : "default");
  compiled.key = concat("libseccomp-", tree ? "tree" : "default");
  filter::Worker::Result result = attempt.worker.wait();
  switch (result.end) {
    case filter::Worker::End::done:
      break;
    case filter::Worker::End::out_of_time:
      compiled.problem =
          concat("does not end (stopped after ", filter::Compilation::cpu_limit.count(), " s)");
      return compiled;
    default:
      compiled.problem = result.message;
      return compiled;
  }
  compiled.program = std::move(result.program);
  // It is known to end, and so can be done here, where its time can be taken.
  constexpr unsigned runs = 3;
  compiled.microseconds = best_time(
      runs, [&] { static_cast<void>(libseccomp_whole(policy_again(profile), attempt.arrangement)); });
  return compiled;
}

Comparison compare(const Context& context, const ProfileOptions& options, const ResolvedProfile& profile) {
  const policy::Table table = make_table(policy_of(context, options, profile));
  Comparison comparison{profile, {}, {}};
  for (const policy::Abi& abi : table.abis)
    if (abi.architecture != document::Architecture::x32) comparison.abis.push_back(abi);
  comparison.compilers.push_back(own(profile));
  const policy::Policy policy = policy_again(profile);
  std::vector<Attempt> attempts;
  attempts.reserve(2);
  for (const filter::Arrangement arrangement : {filter::Arrangement::tree, filter::Arrangement::list})
    attempts.push_back({arrangement, filter::Worker([&] { return libseccomp_whole(policy, arrangement); },
                                                    filter::Compilation::cpu_limit)});
  for (Attempt& attempt : attempts) comparison.compilers.push_back(by_libseccomp(profile, attempt));
  for (Compiled& compiled : comparison.compilers) {
    if (!compiled.problem.empty()) continue;
    for (const policy::Abi& abi : comparison.abis) {
      const filter::Numbers numbers = filter::numbers_of(abi);
      compiled.costs.push_back(filter::cost(compiled.program, table, abi, numbers.end, numbers.first));
    }
  }
  return comparison;
}

Value as_json(const filter::Steps& steps) {
  Value value;
  value.set("calls", json_of(std::uint64_t{steps.calls}));
  value.set("least", json_of(std::uint64_t{steps.least}));
  value.set("mean", Value(Value::Data(steps.mean)));
  value.set("most", json_of(std::uint64_t{steps.most}));
  return value;
}

Value as_json(const Compiled& compiled, const std::vector<policy::Abi>& abis) {
  Value value;
  value.set("name", json_of(std::string_view(compiled.key)));
  if (!compiled.problem.empty()) {
    value.set("problem", json_of(std::string_view(compiled.problem)));
    return value;
  }
  value.set("instructions", json_of(std::uint64_t{compiled.program.size()}));
  value.set("buildMicroseconds", Value(Value::Data(compiled.microseconds)));
  Value::Array all;
  for (std::size_t i = 0; i < abis.size(); ++i) {
    const filter::Cost& cost = compiled.costs[i];
    Value abi;
    abi.set("architecture", json_of(name_of(abis[i].architecture)));
    abi.set("bitmap", json_of(std::uint64_t{cost.bitmap}));
    abi.set("bitmapMost", json_of(std::uint64_t{cost.most_bitmap}));
    abi.set("allowed", as_json(cost.allowed));
    abi.set("denied", as_json(cost.denied));
    abi.set("argumentChecked", as_json(cost.argument_checked));
    abi.set("loadSteps", json_of(std::uint64_t{cost.load_steps}));
    all.push_back(std::move(abi));
  }
  value.set("abis", array_of(std::move(all)));
  return value;
}

Value as_json(const Comparison& comparison) {
  Value value;
  value.set("profile", json_of(std::string_view(comparison.profile.resolution.name)));
  value.set("architecture", json_of(name_of(comparison.profile.target.architecture)));
  Value::Array compilers;
  for (const Compiled& compiled : comparison.compilers)
    compilers.push_back(as_json(compiled, comparison.abis));
  value.set("compilers", array_of(std::move(compilers)));
  return value;
}

template <typename... Arguments>
std::string printed(const char* format, Arguments... arguments) {
  std::array<char, 64> buffer{};
  std::snprintf(buffer.data(), buffer.size(), format, arguments...);
  return buffer.data();
}

// A line of the table: what it is about, and what is said of each compiler that made a program.
void print_line(const std::string& label, const Comparison& comparison,
                const std::function<std::string(const Compiled&)>& cell) {
  constexpr std::size_t label_width = 34;
  constexpr std::size_t width = 22;
  std::cout << label << std::string(label_width - std::min(label.size(), label_width), ' ');
  for (const Compiled& compiled : comparison.compilers) {
    const std::string said = cell(compiled);
    std::cout << std::string(width - std::min(said.size(), width), ' ') << said;
  }
  std::cout << '\n';
}

std::string steps_text(const filter::Steps& steps) {
  return steps.calls == 0 ? "-" : printed("%u / %.1f / %u", steps.least, steps.mean, steps.most);
}

void print(const Comparison& comparison) {
  const ResolvedProfile& profile = comparison.profile;
  const auto capabilities = static_cast<unsigned>(__builtin_popcountll(profile.target.bounding.bits()));
  std::cout << printable(profile.resolution.name) << " for " << name_of(profile.target.architecture)
            << ", Linux " << profile.target.kernel.major << '.' << profile.target.kernel.minor << ", "
            << capabilities << (capabilities == 1 ? " capability" : " capabilities") << "\n\n";
  const auto line = [&](const std::string& label, const std::function<std::string(const Compiled&)>& cell) {
    print_line(label, comparison, [&](const Compiled& compiled) {
      return compiled.problem.empty() ? cell(compiled) : std::string("-");
    });
  };
  print_line("", comparison, [](const Compiled& compiled) { return compiled.name; });
  line("instructions", [](const Compiled& compiled) { return concat(compiled.program.size()); });
  line("built in", [](const Compiled& compiled) { return printed("%.0f µs", compiled.microseconds); });
  for (std::size_t i = 0; i < comparison.abis.size(); ++i) {
    const auto steps = [&](const char* label, filter::Steps filter::Cost::*of) {
      const auto counted = std::ranges::find_if(comparison.compilers,
                                                [](const Compiled& each) { return !each.costs.empty(); });
      if (counted == comparison.compilers.end()) return;
      line(concat("  ", label, " (", (counted->costs[i].*of).calls, " calls)"),
           [&](const Compiled& compiled) { return steps_text(compiled.costs[i].*of); });
    };
    std::cout << name_of(comparison.abis[i].architecture) << ", instructions executed, least / mean / most\n";
    steps("allowed", &filter::Cost::allowed);
    steps("denied", &filter::Cost::denied);
    steps("argument-checked", &filter::Cost::argument_checked);
    line("  in the kernel's bitmap", [&](const Compiled& compiled) {
      return concat(compiled.costs[i].bitmap, " of ", compiled.costs[i].most_bitmap);
    });
    line("  emulated at load",
         [&](const Compiled& compiled) { return concat(compiled.costs[i].load_steps); });
  }
  for (const Compiled& compiled : comparison.compilers)
    if (!compiled.problem.empty()) std::cout << '\n' << compiled.name << ": " << compiled.problem << '\n';
}

}  // namespace

int profile_cost(const Context& context, const Arguments& arguments) {
  Options app(
      "What the filter of a profile costs, beside libseccomp's two arrangements (crun and runc before 1.2 "
      "use its "
      "default, runc since then its tree).",
      "scrim profile cost");
  ProfileOptions options;
  bool json = false;
  add_profile_options(app, options);
  app.add_flag("--json", json, "print it as JSON (an array, one element for each --arch)");
  app.parse(arguments);
  const PaintedOutput paint(!json);
  Value::Array all;
  for (const ResolvedProfile& profile : resolve_profile(context, options)) {
    const Comparison comparison = compare(context, options, profile);
    if (json)
      all.push_back(as_json(comparison));
    else
      print(comparison);
  }
  if (json) std::cout << document::json::to_text(array_of(std::move(all)), 2) << '\n';
  return status_as_asked;
}

}  // namespace scrim::cli
