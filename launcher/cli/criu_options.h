// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "launcher/cli/container_options.h"
#include "launcher/criu/options.h"

namespace scrim::cli {

// What `checkpoint` and `restore` have in common.
class CriuOptions {
 public:
  CriuOptions(Options& app, criu::Options& options);
  // After they were read. Throws Error for what is not built, and without criu or root.
  void finish(const Context& context, std::string_view command);

 private:
  criu::Options& options_;
  std::vector<std::string> empty_ns_;
  bool lazy_pages_ = false;
};

}  // namespace scrim::cli
