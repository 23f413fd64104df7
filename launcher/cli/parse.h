// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "launcher/cli/command.h"
#include "libprofile/error.h"

namespace scrim::cli {

// --help was asked for and printed.
struct HelpShown {};

// Wrong use of the command line.
class UsageError : public Error {
 public:
  using Error::Error;
};

// Parses what follows a command's name. Throws UsageError, HelpShown after --help.
void parse(CLI::App& app, const Arguments& arguments);

}  // namespace scrim::cli
