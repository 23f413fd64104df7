// SPDX-License-Identifier: Apache-2.0
#include <iostream>

#include "launcher/cli/profile.h"
#include "launcher/cli/profile_source.h"
#include "launcher/options/options.h"
#include "libprofile/inspect/difference.h"
#include "libprofile/inspect/report.h"
#include "libprofile/text.h"

namespace scrim::cli {

using document::json::Value;

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
  const ProfileSource a = profile_source(context, options, before);
  const ProfileSource b = profile_source(context, options, after);
  const std::vector<inspect::CallChange> changes = inspect::differences(a.enforced, b.enforced);
  if (json) {
    Value value;
    value.set("before", inspect::json_of(std::string_view(a.enforced.name)));
    value.set("after", inspect::json_of(std::string_view(b.enforced.name)));
    Value::Array all;
    for (const inspect::CallChange& change : changes) all.push_back(inspect::json_of(change));
    value.set("differences", Value(Value::Data(std::move(all))));
    std::cout << to_text(value, 2) << '\n';
  } else if (changes.empty()) {
    std::cout << a.enforced.name << " and " << b.enforced.name << " do the same\n";
  } else {
    std::cout << a.enforced.name << " -> " << b.enforced.name << '\n' << inspect::text_of(changes);
  }
  return changes.empty() ? status_as_asked : status_finding;
}

}  // namespace scrim::cli
