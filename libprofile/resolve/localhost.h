// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

// Localhost profiles: files that a pod names, under a directory that the node's administrator owns.
namespace scrim::resolve {

// What is wrong with a localhostProfile by its text alone, in the words of Kubernetes' API validation
// (pkg/apis/core/validation: validateSeccompProfileField, validateLocalDescendingPath); empty if nothing is.
[[nodiscard]] std::string_view localhost_path_fault(std::string_view path);

// The path for messages: root and path with one slash between them.
[[nodiscard]] std::string localhost_file_name(const std::string& root, const std::string& path);

// The text of root/path. Neither the text of `path` nor a symbolic link in it can lead outside `root`
// (openat2(2), RESOLVE_BENEATH; Linux 5.6). Throws Error, SystemError.
[[nodiscard]] std::string read_localhost(const std::string& root, const std::string& path);

}  // namespace scrim::resolve
