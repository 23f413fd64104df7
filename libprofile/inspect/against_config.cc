// SPDX-License-Identifier: Apache-2.0
#include "libprofile/inspect/against_config.h"

#include <algorithm>
#include <utility>

#include "libprofile/document/read_profile.h"
#include "libprofile/filter/own.h"
#include "libprofile/policy/policy.h"
#include "libprofile/policy/table.h"
#include "libprofile/resolve/bundle_request.h"

namespace scrim::inspect {

using document::json::Value;

std::vector<Enforced> asked_for(const Value& config, std::string_view file, document::Architecture native) {
  document::Warnings told_by_lint;
  // Without trust in annotations a config.json asks for what linux.seccomp says, or for nothing.
  const resolve::Request request = resolve::bundle_request(config, file, {}, told_by_lint);
  const auto* const profile = std::get_if<resolve::Inline>(&request.wanted);
  if (profile == nullptr) return {};
  policy::Policy policy = make_policy(profile->seccomp, policy::UnknownSyscalls::warn, told_by_lint, native);
  std::vector<filter::Program> programs;
  const auto add = [&](policy::Subcalls subcalls) {
    filter::Program program = filter::compile(make_table(policy, subcalls));
    const auto same = [&](const filter::Program& other) {
      return std::ranges::equal(program, other, [](const sock_filter& a, const sock_filter& b) {
        return a.code == b.code && a.jt == b.jt && a.jf == b.jf && a.k == b.k;
      });
    };
    if (std::ranges::none_of(programs, same)) programs.push_back(std::move(program));
  };
  const auto add_both = [&] {
    add(policy::Subcalls::as_kernel);
    add(policy::Subcalls::as_libseccomp);
  };
  add_both();
  policy.newest.clear();
  add_both();
  std::vector<Enforced> all;
  all.reserve(programs.size());
  for (filter::Program& program : programs)
    all.push_back(enforced(std::string(file), {std::move(program)}, native));
  return all;
}

AgainstConfig against_config(const std::vector<Enforced>& asked, std::string file, const Enforced& enforced) {
  AgainstConfig out;
  out.file = std::move(file);
  out.asks = !asked.empty();
  std::vector<CallAbi> abis;
  for (const AbiMeaning& each : enforced.abis) abis.push_back(each.abi);
  if (asked.empty()) {
    // Nothing asked for, and filters: a program in it installed them, or the runtime by a rule of its own.
    out.besides = enforced.programs.size();
    return out;
  }
  for (std::size_t i = 0; i < asked.size(); ++i) {
    std::vector<CallChange> differ = differences(asked[i], enforced);
    if (i == 0 || differ.size() < out.differences.size()) {
      out.differences = std::move(differ);
      out.as_crun = i > 0;
    }
    if (out.differences.empty()) return out;
  }
  if (enforced.programs.size() < 2) return out;
  const Enforced outermost = inspect::enforced(enforced.name, {enforced.programs.back()}, abis);
  for (std::size_t i = 0; i < asked.size(); ++i)
    if (differences(asked[i], outermost).empty()) {
      out.differences.clear();
      out.as_crun = i > 0;
      out.besides = enforced.programs.size() - 1;
      return out;
    }
  return out;
}

}  // namespace scrim::inspect
