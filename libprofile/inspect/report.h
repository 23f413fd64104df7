// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "libprofile/document/json.h"
#include "libprofile/inspect/process.h"

// What was found out, as JSON (launcher/cli/README.md has the members) and as lines for people.
namespace scrim::inspect {

[[nodiscard]] document::json::Value json_of(std::string_view text);
[[nodiscard]] document::json::Value json_of(std::uint64_t number);
[[nodiscard]] document::json::Value json_of(const std::vector<std::string>& texts);
[[nodiscard]] document::json::Value json_of(const AbiSummary& summary);
[[nodiscard]] document::json::Value json_of(const AbiCount& count);
[[nodiscard]] document::json::Value json_of(const CallChange& change);
[[nodiscard]] document::json::Value json_of(const Match& match);
// The process itself, without what its filters mean.
[[nodiscard]] document::json::Value json_of(const Inspection& inspection);

[[nodiscard]] std::string_view name_of(kernel::SeccompMode mode);  // "disabled", "strict", "filter"

// `first`, and what follows, cut into lines that are indented below it; for lists of names.
[[nodiscard]] std::string wrapped(std::string_view first, const std::vector<std::string>& words);

// A heading, then a line for each kind of answer. `brief`: without the names of what most calls get.
[[nodiscard]] std::string text_of(const AbiSummary& summary);
// "  newly allowed   x86_64  keyctl: ERRNO EPERM -> ALLOW", at most so many, and how many more there are.
[[nodiscard]] std::string text_of(const std::vector<CallChange>& changes, std::size_t most = SIZE_MAX);

}  // namespace scrim::inspect
