// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <iomanip>
#include <iostream>
#include <set>

#include "launcher/cli/painted_output.h"
#include "launcher/cli/profile.h"
#include "launcher/cli/profile_source.h"
#include "launcher/options/options.h"
#include "libprofile/inspect/report.h"
#include "libprofile/text.h"

namespace scrim::cli {

using document::json::Value;

namespace {

// What counting names in the file says, which has nothing to do with the calls that an architecture has.
struct NaiveCount {
  std::set<std::string> in_rules;  // that apply
  std::set<std::string> allowed;   // in a rule that allows, whatever its conditions
  std::vector<std::string> denied_only;
};

NaiveCount naive_count(const document::OciSeccomp& seccomp) {
  NaiveCount out;
  for (const document::Rule& rule : seccomp.rules)
    for (const document::Name& name : rule.names) {
      out.in_rules.insert(name.text);
      if (rule.action == document::Action::allow) out.allowed.insert(name.text);
    }
  std::ranges::set_difference(out.in_rules, out.allowed, std::back_inserter(out.denied_only));
  return out;
}

void print(const NaiveCount& naive) {
  std::cout
      << naive.allowed.size()
      << " names stand in rules that allow: with conditions, and calls that an ABI lacks, counted too\n";
  if (naive.denied_only.empty()) return;
  constexpr std::size_t shown = 4;
  std::vector<std::string> first(
      naive.denied_only.begin(),
      naive.denied_only.begin() + static_cast<std::ptrdiff_t>(std::min(shown, naive.denied_only.size())));
  if (naive.denied_only.size() > shown) first.emplace_back("…");
  std::cout << "counting all names of the rules gives " << naive.in_rules.size() << ": "
            << naive.denied_only.size() << " of them " << (naive.denied_only.size() == 1 ? "is" : "are")
            << " only denied there (" << join(first) << ")\n";
}

}  // namespace

int profile_count(const Context& context, const Arguments& arguments) {
  Options app(
      "How many system calls a profile allows: whatever their arguments, for some arguments, and never.",
      "scrim profile count");
  ProfileOptions options;
  std::string profile;
  bool json = false;
  add_target_options(app, options);
  app.add_option("profile", profile, source_help).required();
  app.add_flag("--json", json, "as JSON");
  app.parse(arguments);
  const PaintedOutput paint(!json);
  const ProfileSource source = profile_source(context, options, profile);
  std::vector<inspect::AbiCount> counts;
  for (const inspect::AbiMeaning& meaning : source.enforced.abis) counts.push_back(count_of(meaning));
  if (json) {
    Value value;
    value.set("profile", inspect::json_of(std::string_view(source.enforced.name)));
    value.set("namesInAllowingRules",
              source.resolved ? inspect::json_of(std::uint64_t{naive_count(*source.resolved).allowed.size()})
                              : Value());
    value.set("namesInRules",
              source.resolved ? inspect::json_of(std::uint64_t{naive_count(*source.resolved).in_rules.size()})
                              : Value());
    value.set("namesOnlyDenied",
              source.resolved ? inspect::json_of(naive_count(*source.resolved).denied_only) : Value());
    Value::Array all;
    for (const inspect::AbiCount& count : counts) all.push_back(inspect::json_of(count));
    value.set("abis", Value(Value::Data(std::move(all))));
    std::cout << to_text(value, 2) << '\n';
    return status_as_asked;
  }
  constexpr int name_width = 10;
  constexpr int width = 13;
  std::cout << printable(source.enforced.name) << '\n'
            << std::left << std::setw(name_width) << "" << std::right;
  for (const char* const heading : {"allowed", "conditional", "denied", "cannot tell"})
    std::cout << std::setw(width) << heading;
  std::cout << '\n';
  for (const inspect::AbiCount& count : counts)
    std::cout << std::left << std::setw(name_width) << count.abi << std::right << std::setw(width)
              << count.allowed << std::setw(width) << count.conditional << std::setw(width) << count.denied
              << std::setw(width) << count.unknown << '\n';
  for (const inspect::AbiCount& count : counts)
    if (!count.conditional_names.empty())
      std::cout << inspect::wrapped(concat("conditional on ", count.abi, ": "), count.conditional_names);
  if (source.resolved) print(naive_count(*source.resolved));
  return status_as_asked;
}

}  // namespace scrim::cli
