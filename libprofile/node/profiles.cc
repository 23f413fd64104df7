// SPDX-License-Identifier: Apache-2.0
#include "libprofile/node/profiles.h"

#include <algorithm>
#include <filesystem>

#include "libprofile/document/file.h"
#include "libprofile/error.h"
#include "libprofile/text.h"

namespace scrim::node {

ProfilesFacts profiles_below(const std::string& root, const lint::Against& against) {
  namespace fs = std::filesystem;
  constexpr std::size_t most = 1000;
  constexpr int deepest = 8;
  ProfilesFacts facts;
  facts.root = root;
  std::error_code error;
  facts.found = fs::is_directory(root, error);
  if (!facts.found) return facts;
  std::vector<std::string> paths;
  fs::recursive_directory_iterator each(root, error);
  for (; !error && each != fs::recursive_directory_iterator(); each.increment(error)) {
    if (each.depth() >= deepest) each.disable_recursion_pending();
    if (each->symlink_status(error).type() != fs::file_type::regular || each->path().extension() != ".json")
      continue;
    if (paths.size() == most) {
      facts.problems.push_back(concat("more than ", most, " profiles: the others are not looked at"));
      break;
    }
    paths.push_back(each->path().string());
  }
  if (error) facts.problems.push_back(concat("list ", root, ": ", error.message()));
  std::ranges::sort(paths);
  for (const std::string& path : paths) try {
      const std::string name = fs::path(path).lexically_relative(root).string();
      facts.profiles.push_back({name, lint_text(document::read_text(path), name, against)});
    } catch (const Error& failed) {
      facts.problems.emplace_back(failed.what());
    }
  return facts;
}

}  // namespace scrim::node
