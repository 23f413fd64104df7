// SPDX-License-Identifier: Apache-2.0
#include "launcher/bundle/spec.h"

#include <fcntl.h>
#include <unistd.h>

#include "launcher/cli/command.h"
#include "launcher/options/options.h"
#include "launcher/os/fd.h"
#include "libprofile/text.h"

namespace scrim::cli {

int spec_command(const Context&, const Arguments& arguments) {
  Options app("Writes a config.json that runs sh in rootfs/, to be edited.", "scrim spec");
  std::string bundle = ".";
  bool rootless = false;
  app.add_option("-b,--bundle", bundle, "directory to write it to (default: the current one)");
  app.add_flag("--rootless", rootless, "for a container of the current user, with a user namespace");
  app.parse(arguments);
  const document::json::Value spec =
      rootless ? bundle::default_rootless_spec(geteuid(), getegid()) : bundle::default_spec();
  const std::string path = concat(bundle, "/config.json");
  const os::Fd file = os::open(path, O_WRONLY | O_CREAT | O_EXCL, 0666);
  os::write_all(file.get(), document::json::to_text(spec, 4) + "\n", path);
  return 0;
}

}  // namespace scrim::cli
