// SPDX-License-Identifier: Apache-2.0
#include "launcher/runtime/events.h"

#include <iostream>

#include "launcher/cli/command.h"
#include "launcher/options/options.h"
#include "libprofile/error.h"
#include "libprofile/text.h"

namespace scrim::cli {

int events_command(const Context& context, const Arguments& arguments) {
  Options app(
      "Prints what a container uses, and when it runs out of memory: a line of JSON each, as runc does.",
      "scrim events");
  std::string id;
  std::string interval = "5s";
  bool stats = false;
  app.add_option("container-id", id, "the container's name").required();
  app.add_option("--interval", interval, "time between two figures (default: 5s)");
  app.add_flag("--stats", stats, "print the figures once, and end");
  app.parse(arguments);
  const auto wait = runtime::duration(interval);
  if (!wait || wait->count() <= 0)
    throw Error(concat("scrim events: --interval: a time as 5s or 500ms expected, not \"", interval, "\""));
  const runtime::Store store(context.root());
  const auto print = [](const document::json::Value& event) {
    std::cout << document::json::to_text(event) << std::endl;
  };
  stats ? emit_stats(store, id, print) : emit_events(store, id, *wait, print);
  return 0;
}

}  // namespace scrim::cli
