// SPDX-License-Identifier: Apache-2.0
#include <iostream>

#include "launcher/cli/profile.h"
#include "launcher/cli/profile_source.h"
#include "launcher/options/options.h"
#include "libprofile/document/write_profile.h"
#include "libprofile/merge/merge.h"

namespace scrim::cli {

int profile_merge(const Context& context, const Arguments& arguments) {
  Options app(
      "One profile in place of several, as linux.seccomp: what any of them allows (--union), or what all of "
      "them do (--intersection), arguments included. Of equal actions the first profile's errno counts. The "
      "result is proved; where no profile does exactly that, it says so and prints none.",
      "scrim profile merge");
  ProfileOptions options;
  std::vector<std::string> profiles;
  bool any = false;
  bool all = false;
  add_target_options(app, options);
  app.add_option("profiles", profiles,
                 "two or more: files, RuntimeDefault[@ENGINE[-VERSION]] or Localhost:PATH")
      .required();
  app.add_flag("--union", any, "a call is allowed if one of them allows it");
  app.add_flag("--intersection", all, "a call is allowed if all of them allow it");
  app.parse(arguments);
  if (any == all) throw UsageError("--union or --intersection: one of the two");
  if (profiles.size() < 2) throw UsageError("profiles: two or more are needed to merge");
  if (options.architectures.size() > 1)
    throw UsageError("--arch: one architecture has one linux.seccomp; ask for one after the other");
  std::vector<document::OciSeccomp> resolved;
  document::Architecture native{};
  for (const std::string& each : profiles) {
    options.profile = each;
    const ResolvedProfile profile = resolve_profile(context, options).front();
    // For what is said of names.
    static_cast<void>(policy_of(context, options, profile));
    native = profile.target.architecture;
    resolved.push_back(profile.seccomp);
  }
  const document::OciSeccomp merged =
      merge::merge(resolved, any ? merge::Mode::any : merge::Mode::all, native);
  std::cout << to_text(to_json(merged), 2) << '\n';
  return status_as_asked;
}

}  // namespace scrim::cli
