// SPDX-License-Identifier: Apache-2.0
#include "launcher/cli/parse.h"

#include <algorithm>
#include <iostream>

#include "libprofile/error.h"
#include "libprofile/text.h"

namespace scrim::cli {

void parse(CLI::App& app, const Arguments& arguments) {
  try {
    // CLI11 takes them last first.
    Arguments reversed(arguments.rbegin(), arguments.rend());
    app.parse(reversed);
  } catch (const CLI::CallForHelp&) {
    std::cout << app.help();
    throw HelpShown();
  } catch (const CLI::ParseError& error) {
    throw Error(concat(app.get_name(), ": ", error.what(), " (see ", app.get_name(), " --help)"));
  }
}

}  // namespace scrim::cli
