// SPDX-License-Identifier: Apache-2.0
#include "libprofile/node/node.h"

#include <iostream>

#include "launcher/cli/known_containers.h"
#include "launcher/cli/painted_output.h"
#include "launcher/cli/profile.h"
#include "launcher/options/options.h"

namespace scrim::cli {

int node_command(const Context& context, const Arguments& arguments) {
  return with_status(context, [&] {
    Options app("What seccomp does on this machine, for whom, and for whom not.", "scrim node");
    std::string profile_root;
    bool json = false;
    const Option& root = app.add_option(
        "--profile-root", profile_root,
        "the directory whose profiles are linted (default: seccomp/ of the kubelet's directory)");
    app.add_flag("--json", json, "as JSON");
    app.parse(arguments);
    // Given and empty is a variable that is not set.
    if (root.count() > 0 && profile_root.empty()) throw UsageError("--profile-root is empty");
    const PaintedOutput paint(!json);
    inspect::Containers containers = known_containers(context);
    const node::Node node = node::look(containers, profile_root);
    if (json)
      std::cout << to_text(json_of(node), 2) << '\n';
    else
      std::cout << text_of(node);
    if (node.found()) return status_finding;
    return node.knows_all() ? status_as_asked : status_could_not;
  });
}

}  // namespace scrim::cli
