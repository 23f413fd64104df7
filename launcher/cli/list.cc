// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <iomanip>
#include <iostream>

#include "launcher/cli/command.h"
#include "launcher/cli/shown_state.h"
#include "launcher/init/passwd.h"
#include "launcher/options/options.h"
#include "launcher/runtime/store.h"
#include "libprofile/error.h"
#include "libprofile/text.h"

namespace scrim::cli {

namespace {

struct Row {
  runtime::ContainerState state;
  runtime::Status status;
};

std::vector<Row> read_all(const Context& context, const runtime::Store& store) {
  std::vector<Row> rows;
  for (const std::string& id : store.ids()) {
    try {
      const runtime::Container container = store.look(id);
      runtime::ContainerState state = container.load();
      const runtime::Status status = runtime::status_of(state, container);
      rows.push_back({std::move(state), status});
    } catch (const Error& error) {
      // Deleted meanwhile, or damaged: the others are still to be seen.
      context.log.warning(error.what());
    }
  }
  return rows;
}

void print_table(const std::vector<Row>& rows) {
  std::vector<std::vector<std::string>> lines{{"ID", "PID", "STATUS", "BUNDLE", "CREATED", "OWNER"}};
  for (const Row& row : rows) {
    const pid_t pid = row.status == runtime::Status::stopped ? 0 : row.state.pid;
    lines.push_back({row.state.id, std::to_string(pid), std::string(name_of(row.status)),
                     printable(row.state.bundle), row.state.created, init::name_of(row.state.owner)});
  }
  std::vector<std::size_t> widths(lines.front().size());
  for (const auto& line : lines)
    for (std::size_t column = 0; column < line.size(); ++column)
      widths[column] = std::max(widths[column], line[column].size());
  for (const auto& line : lines) {
    for (std::size_t column = 0; column + 1 < line.size(); ++column)
      std::cout << std::left << std::setw(static_cast<int>(widths[column]) + 3) << line[column];
    std::cout << line.back() << '\n';
  }
}

}  // namespace

int list_command(const Context& context, const Arguments& arguments) {
  Options app("Lists the containers below --root.", "scrim list");
  std::string format = "table";
  bool quiet = false;
  app.add_option("-f,--format", format, "table or json").one_of({"table", "json"});
  app.add_flag("-q,--quiet", quiet, "only their names");
  app.parse(arguments);
  const std::vector<Row> rows = read_all(context, runtime::Store(context.root()));
  if (quiet) {
    for (const Row& row : rows) std::cout << row.state.id << '\n';
  } else if (format == "json") {
    document::json::Value::Array all;
    for (const Row& row : rows) all.push_back(shown_state(row.state, row.status));
    std::cout << document::json::to_text(document::json::Value(document::json::Value::Data(std::move(all))))
              << '\n';
  } else {
    print_table(rows);
  }
  return 0;
}

}  // namespace scrim::cli
