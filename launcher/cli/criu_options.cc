// SPDX-License-Identifier: Apache-2.0
#include "launcher/cli/criu_options.h"

#include <unistd.h>

#include "libprofile/error.h"
#include "libprofile/text.h"

namespace scrim::cli {

CriuOptions::CriuOptions(Options& app, criu::Options& options) : options_(options) {
  app.add_option("--image-path DIR", options.image_path, "where criu's images are (default: checkpoint)");
  app.add_option("--work-path DIR", options.work_path, "where criu's log goes (default: the image path)");
  app.add_flag("--tcp-established", options.tcp_established, "allow established TCP connections");
  app.add_flag("--ext-unix-sk", options.ext_unix_sk, "allow unix sockets connected to others outside");
  app.add_flag("--shell-job", options.shell_job, "allow sessions and groups that lead out of the container");
  app.add_flag("--file-locks", options.file_locks, "allow file locks");
  app.add_option("--manage-cgroups-mode MODE", options.manage_cgroups,
                 "criu's --manage-cgroups (default: soft)")
      .one_of({"soft", "full", "strict", "ignore"});
  app.add_option("--empty-ns NAMESPACE", empty_ns_,
                 "leave out what is in a namespace that others fill again; only \"network\"");
  app.add_flag("--auto-dedup", options.auto_dedup, "keep each page of memory in one image only");
  app.add_flag("--lazy-pages", lazy_pages_).hidden();
}

void CriuOptions::finish(const Context& context, std::string_view command) {
  if (lazy_pages_) throw Error(concat(command, ": --lazy-pages is not built"));
  options_.empty_network = criu::is_empty_network(empty_ns_);
  if (geteuid() != 0) throw Error(concat(command, ": needs root, as criu does"));
  try {
    options_.program = criu::find_program(context.global.criu);
  } catch (const Error& error) {
    throw Error(concat(command, ": ", error.what()));
  }
}

}  // namespace scrim::cli
