// SPDX-License-Identifier: Apache-2.0
#include <iostream>

#include "launcher/cli/painted_output.h"
#include "launcher/cli/profile.h"
#include "launcher/cli/profile_source.h"
#include "launcher/options/options.h"
#include "libprofile/document/spo.h"
#include "libprofile/document/write_profile.h"
#include "libprofile/inspect/report.h"
#include "libprofile/text.h"

namespace scrim::cli {

using document::json::Value;

int profile_show(const Context& context, const Arguments& arguments) {
  Options app("What happens to every system call, by name.", "scrim profile show");
  ProfileOptions options;
  std::string profile;
  std::string format = "table";
  bool json = false;
  add_target_options(app, options);
  app.add_option("profile", profile, source_help).required();
  app.add_option("--format", format,
                 "table or json: what happens to each call; oci: linux.seccomp as it is resolved for --arch; "
                 "spo: the same as a SeccompProfile of the Security Profiles Operator; template: as it was "
                 "written, with conditions (the last three not of a process)")
      .one_of({"table", "json", "oci", "spo", "template"});
  app.add_flag("--json", json, "the same as --format json");
  app.parse(arguments);
  const ProfileSource source = profile_source(context, options, profile);
  if (format == "oci" || format == "spo" || format == "template") {
    if (!source.resolved || !source.written)
      throw Error(concat(source.enforced.name, ": there is no profile to write, only what the filter does"));
    if (format == "spo")
      std::cout << to_spo_yaml(*source.resolved, document::kubernetes_name(source.enforced.name));
    else
      std::cout << to_text(format == "oci" ? to_json(*source.resolved) : to_template_json(*source.written), 2)
                << '\n';
    return status_as_asked;
  }
  if (json || format == "json") {
    Value value;
    value.set("profile", inspect::json_of(std::string_view(source.enforced.name)));
    Value::Array abis;
    for (const inspect::AbiMeaning& meaning : source.enforced.abis)
      abis.push_back(inspect::json_of(summary_of(meaning)));
    value.set("abis", Value(Value::Data(std::move(abis))));
    std::cout << to_text(value, 2) << '\n';
    return status_as_asked;
  }
  const PaintedOutput paint;
  std::cout << printable(source.enforced.name) << '\n';
  for (const inspect::AbiMeaning& meaning : source.enforced.abis)
    std::cout << inspect::text_of(summary_of(meaning));
  return status_as_asked;
}

}  // namespace scrim::cli
