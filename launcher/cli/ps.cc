// SPDX-License-Identifier: Apache-2.0
#include <iostream>

#include "launcher/cli/command.h"
#include "launcher/options/options.h"
#include "launcher/runtime/ps.h"
#include "libprofile/error.h"

namespace scrim::cli {

int ps_command(const Context& context, const Arguments& arguments) {
  Options app(
      "Lists the processes of a container, as the host numbers them.\n"
      "usage: scrim ps [options] CONTAINER [options of ps(1)]",
      "scrim ps");
  std::string format = "table";
  app.stop_at_first_word();
  app.add_option("-f,--format", format, "table or json").one_of({"table", "json"});
  app.parse(arguments);
  std::vector<std::string> words = app.rest();
  if (words.empty()) throw Error("no container is named (see scrim ps --help)");
  const std::vector<pid_t> pids = runtime::processes_of(runtime::Store(context.root()), words.front());
  words.erase(words.begin());
  if (format == "json") {
    document::json::Value::Array all;
    for (const pid_t pid : pids) all.emplace_back(document::json::Value::Data(std::uint64_t(pid)));
    std::cout << document::json::to_text(document::json::Value(std::move(all))) << '\n';
  } else {
    std::cout << runtime::ps_table(pids, words);
  }
  return 0;
}

}  // namespace scrim::cli
