// SPDX-License-Identifier: Apache-2.0
#include "launcher/cli/parse.h"

#include <algorithm>
#include <iostream>

#include "launcher/cli/help.h"
#include "libprofile/text.h"

namespace scrim::cli {

void parse(CLI::App& app, const Arguments& arguments) {
  // Of an option given twice the last counts, as in runc.
  for (CLI::Option* option : app.get_options())
    if (option->get_type_size() == 1 && option->get_expected_max() == 1 && !option->get_positional())
      option->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  if (arguments.size() == 1 && arguments.front() == help_json_option) {
    std::cout << help_json(app);
    throw HelpShown();
  }
  try {
    // CLI11 takes them last first.
    Arguments reversed(arguments.rbegin(), arguments.rend());
    app.parse(reversed);
  } catch (const CLI::CallForHelp&) {
    std::cout << help_text(app);
    throw HelpShown();
  } catch (const CLI::ParseError& error) {
    throw UsageError(concat(app.get_name(), ": ", error.what(), " (see ", app.get_name(), " --help)"));
  }
}

}  // namespace scrim::cli
