// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libprofile/document/json.h"
#include "libprofile/lint/lint.h"

// What scrim-hook-guard lets start: /etc/scrim/guard.json.
namespace scrim::guard {

// A container of which nothing is asked: one with an annotation whose value fits.
struct Exemption {
  std::string annotation;
  std::string value;  // a pattern as of glob(7)
};

struct Policy {
  bool allow_unconfined = false;
  bool allow_privileged = false;  // unconfined because it is privileged (resolve's marks of privilege)
  // The least severe finding of lint that refuses; nothing: none does.
  std::optional<lint::Severity> refuse = lint::Severity::error;
  std::vector<std::string> ignore;  // codes of findings that do not count
  std::vector<Exemption> exempt;
  lint::Runtime runtime = lint::Runtime::runc;  // that runs the containers
  bool kill_on_disagreement = true;             // whether or not the runtime does
};

inline constexpr const char* default_policy_file = "/etc/scrim/guard.json";

// Reads it strictly, as /etc/scrim/config.json is read. Throws DocumentError.
[[nodiscard]] Policy parse_policy(std::string_view text, std::string_view file);
// The file's (which only root may be able to write), or the defaults if there is none and it was not asked
// for by name (`required`).
[[nodiscard]] Policy load_policy(const std::string& path, bool required);

// The first one that fits a config.json; nullptr without one.
[[nodiscard]] const Exemption* exemption_of(const Policy& policy, const document::json::Value& config);

}  // namespace scrim::guard
