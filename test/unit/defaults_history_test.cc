// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <catch2/catch.hpp>

#include "libprofile/defaults/defaults.h"
#include "libprofile/defaults/history.h"
#include "libprofile/inspect/report.h"

using namespace scrim;
using defaults::Engine;
using defaults::History;

namespace {

History of(Engine engine, const char* call) {
  const std::vector<std::string> calls{call};
  return defaults::history(engine, calls);
}

}  // namespace

TEST_CASE("The history of a call says since when, until when and why", "[defaults]") {
  const History io_uring = of(Engine::containerd, "io_uring_setup");
  REQUIRE(io_uring.rules.size() == 1);
  CHECK(inspect::text_of(io_uring.rules[0].periods) == "since 1.4.1, until 2.0.0");
  CHECK(io_uring.rules[0].rule.comment.starts_with("io_uring: "));
  REQUIRE(io_uring.denied.size() == 1);
  CHECK(inspect::text_of(io_uring.denied[0].periods) == "since 2.0.0");
  CHECK(inspect::text_of(of(Engine::containerd, "cachestat").rules.at(0).periods) == "since 1.6.28, 1.7.13");
  CHECK(inspect::text_of(of(Engine::docker, "read").rules.at(0).periods) == "always");
  // Came, went and came again: one rule.
  CHECK(inspect::text_of(of(Engine::docker, "socketcall").rules.at(0).periods) ==
        "until profiles-0.2.2; since profiles-0.2.3, until 29.4.2; since 29.7.2");
}

TEST_CASE("The history of CRI-O is that of what it starts from, and its own", "[defaults]") {
  CHECK(of(Engine::cri_o, "keyctl").rules.size() == 1);
  for (const defaults::RuleHistory& each : of(Engine::cri_o, "unshare").rules)
    CHECK(each.rule.includes.caps == std::vector<std::string>{"CAP_SYS_ADMIN"});
  // Podman's 0.60 is in none of the versions known of CRI-O.
  CHECK(inspect::text_of(of(Engine::cri_o, "landlock_add_rule").rules.at(0).periods) == "always");
}

TEST_CASE("Whatever a default names has a history with a reason", "[defaults]") {
  for (const Engine engine : defaults::engines) {
    const History all = defaults::history(engine, {});
    CHECK(all.rules.size() > 400);
    for (const defaults::RuleHistory& each : all.rules) {
      CAPTURE(each.call);
      CHECK_FALSE(each.periods.empty());
      CHECK_FALSE(each.rule.comment.empty());
    }
    for (const document::TemplateRule& rule : defaults::default_profile(engine, "").rules)
      for (const document::Name& name : rule.rule.names) {
        CAPTURE(name.text);
        CHECK(std::ranges::find(all.rules, name.text, &defaults::RuleHistory::call) != all.rules.end());
      }
  }
}
