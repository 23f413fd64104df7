// SPDX-License-Identifier: Apache-2.0
#include <iostream>

#include "launcher/cli/profile.h"
#include "launcher/cli/profile_options.h"
#include "launcher/options/options.h"
#include "libprofile/document/write_profile.h"

namespace scrim::cli {

int profile_resolve(const Context& context, const Arguments& arguments) {
  Options app(
      "Prints linux.seccomp as runtimes take it: a template's rules for one architecture, kernel and set of "
      "capabilities.",
      "scrim profile resolve");
  ProfileOptions options;
  add_profile_options(app, options);
  app.parse(arguments);
  if (options.architectures.size() > 1)
    throw UsageError("--arch: one architecture has one linux.seccomp; ask for one after the other");
  const ResolvedProfile resolved = resolve_profile(context, options).front();
  // For what is said of names.
  static_cast<void>(policy_of(context, options, resolved));
  std::cout << to_text(to_json(resolved.seccomp), 2) << '\n';
  return status_as_asked;
}

}  // namespace scrim::cli
