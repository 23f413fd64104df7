// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "libprofile/defaults/history.h"
#include "libprofile/document/json.h"
#include "libprofile/document/json_of.h"
#include "libprofile/inspect/against_config.h"
#include "libprofile/inspect/container.h"
#include "libprofile/inspect/process.h"

// What was found out, as JSON (launcher/cli/README.md has the members) and as lines for people.
namespace scrim::inspect {

using document::json::json_of;
[[nodiscard]] document::json::Value json_of(const AbiSummary& summary);
[[nodiscard]] document::json::Value json_of(const AbiCount& count);
[[nodiscard]] document::json::Value json_of(const CallChange& change);
[[nodiscard]] document::json::Value json_of(const Match& match);
[[nodiscard]] document::json::Value json_of(const AgainstConfig& against);
// The process itself, without what its filters mean. Without a container (nullptr) what its place tells.
[[nodiscard]] document::json::Value json_of(const Inspection& inspection, const Container* container);
// Members engine, user, container, containerName, pod, podNamespace, image, sandbox, configFile.
void add_container(document::json::Value& value, const Place& place, const Container* container);

[[nodiscard]] std::string_view name_of(kernel::SeccompMode mode);  // "disabled", "strict", "filter"

// `first`, and what follows, cut into lines that are indented below it; for lists of names.
[[nodiscard]] std::string wrapped(std::string_view first, const std::vector<std::string>& words);

// A heading, then a line for each kind of answer. `brief`: without the names of what most calls get.
[[nodiscard]] std::string text_of(const AbiSummary& summary);
// "  newly allowed   x86_64  keyctl: ERRNO EPERM -> ALLOW", at most so many, and how many more there are.
[[nodiscard]] document::json::Value json_of(const defaults::History& history);
// "since 1.6.28, 1.7.13, until 2.0.0", "always"
[[nodiscard]] std::string text_of(const std::vector<defaults::PeriodNames>& periods);
[[nodiscard]] std::string text_of(const std::vector<CallChange>& changes, std::size_t most = SIZE_MAX);

}  // namespace scrim::inspect
