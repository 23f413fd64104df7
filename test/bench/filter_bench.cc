// SPDX-License-Identifier: Apache-2.0
// Measures the filters that are made of one profile, all in turns, and prints JSON: filter_report.py makes
// table and plot of it.
//
//   filter_bench filters CONFIG [NAME=FILE]...   linux.seccomp of a config.json; programs read back from
//   processes filter_bench starts ROUNDS                   commands from standard input, one a line: ms of
//   each, in turns, of which each round has its own order
#include <sys/syscall.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "libprofile/document/file.h"
#include "libprofile/document/json.h"
#include "libprofile/document/read_profile.h"
#include "libprofile/error.h"
#include "libprofile/filter/cost.h"
#include "libprofile/filter/libseccomp.h"
#include "libprofile/filter/own.h"
#include "libprofile/filter/program_text.h"
#include "libprofile/filter/verify.h"
#include "libprofile/policy/policy.h"
#include "libprofile/text.h"
#include "test/bench/measure.h"

namespace scrim::bench {

using document::json::Value;

namespace {

Value text(std::string value) {
  return Value(Value::Data(std::move(value)));
}
Value number(std::uint64_t value) {
  return Value(Value::Data(value));
}
Value list(const std::vector<double>& values) {
  Value::Array array;
  for (const double each : values) array.emplace_back(Value::Data(each));
  return Value(Value::Data(std::move(array)));
}

struct Contender {
  std::string name;
  filter::Program program;
  std::vector<double> installation;  // ns, a round each
  std::vector<double> denied;
  std::vector<double> checked;
  std::vector<double> build;
};

policy::Policy policy_of(const document::OciSeccomp& seccomp) {
  document::Warnings warnings;
  return make_policy(seccomp, policy::UnknownSyscalls::warn, warnings);
}

filter::Program own(const document::OciSeccomp& seccomp) {
  return filter::compile(make_table(policy_of(seccomp)));
}

Value steps(const filter::Steps& steps) {
  Value value;
  value.set("calls", number(steps.calls));
  value.set("least", number(steps.least));
  value.set("mean", Value(Value::Data(steps.mean)));
  value.set("most", number(steps.most));
  return value;
}

Value counted(const filter::Program& program, const policy::Table& table) {
  Value all;
  for (const policy::Abi& abi : table.abis) {
    if (abi.architecture == document::Architecture::x32) continue;
    const filter::Numbers numbers = filter::numbers_of(abi);
    const filter::Cost cost = filter::cost(program, table, abi, numbers.end, numbers.first);
    Value value;
    value.set("allowed", steps(cost.allowed));
    value.set("denied", steps(cost.denied));
    value.set("checked", steps(cost.argument_checked));
    value.set("bitmap", number(cost.bitmap));
    value.set("mostBitmap", number(cost.most_bitmap));
    value.set("loadSteps", number(cost.load_steps));
    all.set(name_of(abi.architecture), std::move(value));
  }
  return all;
}

filter::Program from_file(const std::string& path) {
  return filter::read_program(document::read_text(path), path);
}

std::vector<Contender> contenders(const document::OciSeccomp& seccomp,
                                  const std::vector<std::string>& loaded) {
  const policy::Policy policy = policy_of(seccomp);
  std::vector<Contender> all;
  const auto add = [&](std::string name, filter::Program program) {
    all.push_back({std::move(name), std::move(program), {}, {}, {}, {}});
  };
  add("scrim", own(seccomp));
  add("libseccomp tree", libseccomp_whole(policy, filter::Arrangement::tree));
  add("libseccomp default", libseccomp_whole(policy, filter::Arrangement::list));
  for (const std::string& each : loaded) {
    const std::size_t at = each.find('=');
    if (at == std::string::npos) throw Error(concat(each, ": NAME=FILE"));
    add(each.substr(0, at), from_file(each.substr(at + 1)));
  }
  return all;
}

void build_times(const document::OciSeccomp& seccomp, std::vector<Contender>& all) {
  constexpr int rounds = 25;
  // As long as one of libseccomp's takes: what is quick would be over before caches and clock are warm.
  constexpr int often = 100;
  for (int round = 0; round < rounds; ++round) {
    all[0].build.push_back(nanoseconds([&] {
                             for (int i = 0; i < often; ++i) static_cast<void>(own(seccomp));
                           }) /
                           often);
    for (const auto& [at, arrangement] :
         {std::pair(1, filter::Arrangement::tree), std::pair(2, filter::Arrangement::list)})
      all[static_cast<std::size_t>(at)].build.push_back(
          nanoseconds([&] { static_cast<void>(libseccomp_whole(policy_of(seccomp), arrangement)); }));
  }
}

void kernel_times(std::vector<Contender>& all, Contender& floor, Contender& none) {
  constexpr int rounds = 60;
  constexpr unsigned long persona = 0xffffffff;  // only asks (personality(2))
  // The smallest program that answers so: a denial needs no test, and what is allowed after a look at an
  // argument needs that look.
  const filter::Program denies{{0x06, 0, 0, 0x00050001}};
  const filter::Program looks{{0x20, 0, 0, 16}, {0x06, 0, 0, 0x7fff0000}};
  for (int round = 0; round < rounds; ++round) {
    for (Contender& each : all) each.installation.push_back(installation(each.program));
    floor.installation.push_back(installation(looks));
    floor.denied.push_back(call_under(denies, SYS_keyctl, 0));
    floor.checked.push_back(call_under(looks, SYS_personality, persona));
    for (Contender& each : all) {
      each.denied.push_back(call_under(each.program, SYS_keyctl, 0));
      each.checked.push_back(call_under(each.program, SYS_personality, persona));
    }
    none.checked.push_back(call_under({}, SYS_personality, persona));
  }
}

Value as_json(const Contender& contender, const policy::Table& table) {
  Value value;
  value.set("name", text(contender.name));
  if (!contender.program.empty()) {
    value.set("length", number(contender.program.size()));
    value.set("abis", counted(contender.program, table));
    const filter::Verification verification = filter::verify(contender.program, table);
    if (!verification.complete && !verification.difference)
      throw Error(concat(contender.name, "'s program could not be verified to the end"));
    value.set("difference", text(verification.difference ? verification.difference->text(table) : ""));
  }
  value.set("build", list(contender.build));
  value.set("installation", list(contender.installation));
  value.set("denied", list(contender.denied));
  value.set("checked", list(contender.checked));
  return value;
}

int filters(const std::vector<std::string>& arguments) {
  document::Warnings warnings;
  const Value config = document::json::parse(document::read_text(arguments.at(0)), arguments.at(0));
  const Value* const linux_part = config.find("linux");
  const Value* const written = linux_part == nullptr ? nullptr : linux_part->find("seccomp");
  if (written == nullptr) throw Error(concat(arguments.at(0), ": no linux.seccomp"));
  const document::OciSeccomp seccomp = document::read_oci_seccomp(*written, arguments.at(0), warnings);
  const policy::Table table = make_table(policy_of(seccomp));
  std::vector<Contender> all = contenders(seccomp, {arguments.begin() + 1, arguments.end()});
  Contender floor{"smallest possible", {}, {}, {}, {}, {}};
  Contender none{"no filter", {}, {}, {}, {}, {}};
  stay_on_one_processor();
  build_times(seccomp, all);
  kernel_times(all, floor, none);
  Value::Array contenders;
  for (const Contender& each : all) contenders.push_back(as_json(each, table));
  contenders.push_back(as_json(floor, table));
  contenders.push_back(as_json(none, table));
  std::cout << document::json::to_text(Value(Value::Data(std::move(contenders)))) << '\n';
  return 0;
}

int starts(const std::vector<std::string>& arguments) {
  const int rounds = std::atoi(arguments.at(0).c_str());
  std::vector<std::vector<std::string>> commands;
  for (std::string line; std::getline(std::cin, line);) {
    std::vector<std::string> words;
    for (const std::string_view word : split(line, ' ')) words.emplace_back(word);
    commands.push_back(std::move(words));
  }
  std::vector<std::vector<double>> times(commands.size());
  for (const auto& command : commands) static_cast<void>(run(command));  // warm
  // What runs before leaves its mark: caches, and the kernel's work after a container's end. So the order is
  // another in each round, the same in each run of this program.
  std::vector<std::size_t> order(commands.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::mt19937 random;  // NOLINT(cert-msc32-c,cert-msc51-cpp)
  for (int round = 0; round < rounds; ++round) {
    std::ranges::shuffle(order, random);
    for (const std::size_t i : order) {
      settle();
      times[i].push_back(run(commands[i]));
    }
  }
  Value::Array all;
  for (const auto& each : times) all.push_back(list(each));
  std::cout << document::json::to_text(Value(Value::Data(std::move(all)))) << '\n';
  return 0;
}

}  // namespace

}  // namespace scrim::bench

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + std::min(argc, 1), argv + argc);
  try {
    if (words.size() >= 2 && words[0] == "filters")
      return scrim::bench::filters({words.begin() + 1, words.end()});
    if (words.size() == 2 && words[0] == "starts")
      return scrim::bench::starts({words.begin() + 1, words.end()});
  } catch (const std::exception& error) {
    std::cerr << "filter_bench: " << error.what() << '\n';
    return 1;
  }
  std::cerr << "usage: filter_bench filters CONFIG [NAME=FILE]... | starts ROUNDS\n";
  return 2;
}
