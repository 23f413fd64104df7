// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "launcher/cli/command.h"

namespace scrim::cli {

// --help was asked for and printed.
struct HelpShown {};

// Parses what follows a command's name. Throws Error for wrong use, HelpShown after --help.
void parse(CLI::App& app, const Arguments& arguments);

}  // namespace scrim::cli
