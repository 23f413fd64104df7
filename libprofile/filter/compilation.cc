// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "libprofile/error.h"
#include "libprofile/filter/compiler.h"
#include "libprofile/filter/compose.h"
#include "libprofile/filter/fuse.h"
#include "libprofile/filter/libseccomp.h"
#include "libprofile/filter/own.h"
#include "libprofile/filter/worker.h"
#include "libprofile/policy/table.h"
#include "libprofile/text.h"

namespace scrim::filter {

using document::Operator;

// libseccomp builds one tree of comparisons for all rules of a call, and merging ordered comparisons on
// several arguments into it may never end (2.5.4, 2.6.1). Calls whose rules have them:
static std::vector<std::string> suspects(const policy::Policy& policy) {
  struct Seen {
    policy::Syscall syscall;
    std::array<bool, 6> ordered{};
    std::size_t arguments = 0;
  };
  std::vector<Seen> calls;
  for (const policy::Rule& rule : policy.rules)
    for (const document::Condition& condition : rule.conditions) {
      if (condition.op == Operator::equal || condition.op == Operator::masked_equal) continue;
      auto call = std::ranges::find(calls, rule.syscall, &Seen::syscall);
      if (call == calls.end()) call = calls.insert(calls.end(), {rule.syscall});
      bool& ordered = call->ordered.at(condition.index);
      if (!std::exchange(ordered, true)) ++call->arguments;
    }
  std::vector<std::string> names;
  for (const Seen& call : calls)
    if (call.arguments >= 2) names.emplace_back(call.syscall.name());
  return names;
}

struct Compilation::State {
  // For the own compiler.
  std::vector<policy::Policy> policies;
  std::optional<Frequencies> frequencies;

  // What libseccomp is at work on.
  struct Child {
    document::Architecture architecture;
    Worker worker;
  };
  struct Whole {
    std::string name;
    std::vector<Child> children;
    std::vector<policy::Newest> newest;
    std::vector<std::string> suspects;
  };
  std::vector<Whole> wholes;  // one for each policy
  std::chrono::seconds limit;

  [[nodiscard]] std::string out_of_time(const Whole& whole, document::Architecture architecture) const {
    std::string text = concat(whole.name, ": libseccomp runs without end on these rules: stopped after ",
                              limit.count(), " s of CPU time for ", name_of(architecture));
    if (!whole.suspects.empty())
      text += concat(
          ". The likely cause are ordered comparisons (SCMP_CMP_NE, LT, LE, GE, GT) on two or more arguments "
          "of ",
          join(whole.suspects),
          ": write them with SCMP_CMP_EQ or SCMP_CMP_MASKED_EQ, or compare one argument only");
    return text;
  }

  Program program(const Whole& whole, Child& child) const {
    Worker::Result result = child.worker.wait();
    switch (result.end) {
      case Worker::End::done:
        break;
      case Worker::End::failed:
        throw Error(result.message);
      case Worker::End::out_of_time:
        throw Error(out_of_time(whole, child.architecture));
      case Worker::End::died:
        throw Error(concat(whole.name, ": compiling the filter for ", name_of(child.architecture),
                           ": the process ", result.message));
    }
    return std::move(result.program);
  }

  Program program(Whole& whole) const {
    std::vector<Part> parts;
    parts.reserve(whole.children.size());
    for (Child& child : whole.children) parts.push_back({child.architecture, program(whole, child)});
    return compose(parts, whole.newest, whole.name);
  }
};

static std::vector<policy::Policy> one(policy::Policy policy) {
  std::vector<policy::Policy> policies;
  policies.push_back(std::move(policy));
  return policies;
}

// One child for each architecture: libseccomp's time grows faster than linearly with what one filter holds
// (three architectures together: 13 ms; one after the other: 5 ms), and they run side by side.
Compilation::Compilation(std::vector<policy::Policy> policies, Backend backend, std::chrono::seconds limit,
                         std::optional<Frequencies> frequencies)
    : state_(std::make_unique<State>()) {
  if (backend == Backend::own) {
    state_->policies = std::move(policies);
    state_->frequencies = std::move(frequencies);
    return;
  }
  if (frequencies)
    throw Error("system call frequencies: libseccomp takes none, only scrim's own compiler does");
  state_->limit = limit;
  for (const policy::Policy& policy : policies) {
    State::Whole whole{policy.name, {}, policy.newest, suspects(policy)};
    whole.children.reserve(policy.architectures.size());
    for (const document::Architecture architecture : policy.architectures)
      whole.children.push_back(
          {architecture, Worker([&] { return libseccomp_program(policy, architecture); }, limit)});
    state_->wholes.push_back(std::move(whole));
  }
}

Compilation::Compilation(policy::Policy policy, Backend backend, std::chrono::seconds limit,
                         std::optional<Frequencies> frequencies)
    : Compilation(one(std::move(policy)), backend, limit, std::move(frequencies)) {}

Compilation::Compilation(Compilation&&) noexcept = default;
Compilation& Compilation::operator=(Compilation&&) noexcept = default;
Compilation::~Compilation() = default;

Program Compilation::get() {
  const std::unique_ptr<State> state = std::move(state_);
  if (!state) throw Error("the result of a compilation was taken before");
  if (!state->policies.empty()) {
    std::vector<policy::Table> tables;
    tables.reserve(state->policies.size());
    for (const policy::Policy& policy : state->policies) tables.push_back(make_table(policy));
    return compile(tables, state->frequencies ? &*state->frequencies : nullptr);
  }
  std::vector<Program> programs;
  for (State::Whole& whole : state->wholes) programs.push_back(state->program(whole));
  return fuse(programs, state->wholes.front().name);
}

Program compile_with_libseccomp(const policy::Policy& policy) {
  std::vector<Part> parts;
  for (const document::Architecture architecture : policy.architectures)
    parts.push_back({architecture, libseccomp_program(policy, architecture)});
  return compose(parts, policy.newest, policy.name);
}

}  // namespace scrim::filter
