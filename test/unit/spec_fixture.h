// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "launcher/bundle/spec.h"

namespace scrim::bundle::test {

struct Read {
  Spec spec;
  document::Warnings warnings;
};

inline Read read(std::string_view text) {
  Read result;
  result.spec =
      read_spec(document::json::parse(text, "config.json"), "config.json", "/bundle", result.warnings);
  return result;
}

// The message that reading ends with, or "" if it does not.
inline std::string error_of(std::string_view text) {
  try {
    static_cast<void>(read(text));
  } catch (const document::DocumentError& error) {
    return error.what();
  }
  return "";
}

// A config.json with more members on line 2 and more members of linux on line 3, each from column 1.
inline std::string config(const std::string& members, const std::string& linux_members = "") {
  std::string text = R"({"ociVersion": "1.2.1", "root": {"path": "rootfs"},)"
                     "\n" +
                     members;
  if (!members.empty()) text += ",";
  text += "\"linux\": {\n" + linux_members + "}}";
  return text;
}

// A config.json with a process whose further members stand on line 2.
inline std::string with_process(const std::string& members) {
  return R"({"ociVersion": "1.2.1", "root": {"path": "rootfs"}, "process": {"cwd": "/", "args": ["sh"],)"
         "\n" +
         members + "}}";
}

}  // namespace scrim::bundle::test
