// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <iostream>
#include <iterator>
#include <set>

#include "launcher/cli/painted_output.h"
#include "launcher/cli/profile.h"
#include "launcher/cli/profile_source.h"
#include "launcher/options/options.h"
#include "libprofile/inspect/difference.h"
#include "libprofile/inspect/report.h"
#include "libprofile/policy/syscall.h"
#include "libprofile/policy/syscall_names.h"
#include "libprofile/text.h"

namespace scrim::cli {

using document::json::Value;

namespace {

// Names that rules of one of the two have and rules of the other do not, and that no number is known for:
// what a runtime with a newer libseccomp makes of them is not in the programs that are compared.
std::vector<std::string> not_compared(const ProfileSource& a, const ProfileSource& b) {
  const auto newer = [](const ProfileSource& source) {
    std::set<std::string> names;
    if (!source.resolved) return names;
    for (const document::Rule& rule : source.resolved->rules)
      for (const document::Name& name : rule.names)
        if (policy::newer_than_libseccomp(name.text) && !policy::Syscall::named(name.text))
          names.insert(name.text);
    return names;
  };
  std::vector<std::string> out;
  if (a.resolved && b.resolved)
    std::ranges::set_symmetric_difference(newer(a), newer(b), std::back_inserter(out));
  return out;
}

}  // namespace

int profile_diff(const Context& context, const Arguments& arguments) {
  Options app("What changes for programs if one profile takes the place of another.", "scrim profile diff");
  ProfileOptions options;
  std::string before;
  std::string after;
  bool json = false;
  add_target_options(app, options);
  app.add_option("before", before, source_help).required();
  app.add_option("after", after, "the same").required();
  app.add_flag("--json", json, "as JSON");
  app.parse(arguments);
  const PaintedOutput paint(!json);
  const ProfileSource a = profile_source(context, options, before);
  const ProfileSource b = profile_source(context, options, after);
  const std::vector<inspect::CallChange> changes = inspect::differences(a.enforced, b.enforced);
  const std::vector<std::string> newer = not_compared(a, b);
  if (json) {
    Value value;
    value.set("before", inspect::json_of(std::string_view(a.enforced.name)));
    value.set("after", inspect::json_of(std::string_view(b.enforced.name)));
    Value::Array all;
    for (const inspect::CallChange& change : changes) all.push_back(inspect::json_of(change));
    value.set("differences", Value(Value::Data(std::move(all))));
    value.set("notCompared", inspect::json_of(newer));
    std::cout << to_text(value, 2) << '\n';
  } else if (changes.empty() && newer.empty()) {
    std::cout << printable(a.enforced.name) << " and " << printable(b.enforced.name) << " do the same\n";
  } else {
    std::cout << printable(a.enforced.name) << " -> " << printable(b.enforced.name) << '\n'
              << inspect::text_of(changes);
    if (!newer.empty())
      std::cout << "named by one of them alone, and newer than the libseccomp that scrim is built with:\n"
                << inspect::wrapped("  ", newer);
  }
  return changes.empty() && newer.empty() ? status_as_asked : status_finding;
}

}  // namespace scrim::cli
