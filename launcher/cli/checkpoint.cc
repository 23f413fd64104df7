// SPDX-License-Identifier: Apache-2.0
#include "launcher/runtime/checkpoint.h"

#include "launcher/cli/criu_options.h"
#include "libprofile/error.h"

namespace scrim::cli {

int checkpoint_command(const Context& context, const Arguments& arguments) {
  Options app("Writes a running container to files, with criu(8), and deletes it.", "scrim checkpoint");
  runtime::CheckpointOptions options;
  CriuOptions common(app, options.criu);
  std::string id;
  std::string page_server;
  std::string status_fd;
  app.add_option("container-id", id, "the container's name").required();
  app.add_option("--parent-path DIR", options.parent_path,
                 "images of an earlier --pre-dump, relative to the image path");
  app.add_flag("--leave-running", options.leave_running, "let the container go on, and keep it");
  app.add_flag("--pre-dump", options.pre_dump, "write its memory only, and let it go on");
  app.add_option("--page-server", page_server).hidden();
  app.add_option("--status-fd", status_fd).hidden();
  app.parse(arguments);
  if (!page_server.empty()) throw Error("checkpoint: --page-server is not built");
  if (!status_fd.empty()) throw Error("checkpoint: --status-fd is not built (nor --lazy-pages)");
  common.finish(context, "checkpoint");
  runtime::checkpoint(runtime::Store(context.root()), id, options, warn_to(context));
  return 0;
}

}  // namespace scrim::cli
