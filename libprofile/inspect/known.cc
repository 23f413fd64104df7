// SPDX-License-Identifier: Apache-2.0
#include "libprofile/inspect/known.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <optional>
#include <utility>

#include "libprofile/defaults/defaults.h"
#include "libprofile/filter/own.h"
#include "libprofile/policy/policy.h"
#include "libprofile/policy/table.h"
#include "libprofile/resolve/template.h"
#include "libprofile/text.h"

namespace scrim::inspect {

namespace {

policy::Policy policy_of(const document::OciSeccomp& seccomp, document::Architecture native,
                         document::Warnings& warnings) {
  return make_policy(seccomp, policy::UnknownSyscalls::warn, warnings, native);
}

// Equal tables have equal texts. Compiling and decoding take a hundred times as long, and most versions of a
// default differ from their neighbours in nothing that matters to a target.
std::string text_of(const policy::Table& table) {
  std::string text;
  const auto add = [&](std::uint64_t number) {
    text.append(reinterpret_cast<const char*>(&number), sizeof number);
  };
  add(answer_of(table.otherwise));
  for (const policy::Abi& abi : table.abis) {
    add(static_cast<std::uint64_t>(abi.architecture));
    add(abi.newest ? std::uint64_t{*abi.newest} : ~std::uint64_t{0});
    add(abi.calls.size());
    for (const policy::Call& call : abi.calls) {
      add(call.number);
      add(answer_of(call.decision));
      add(call.cases.size());
      for (const policy::Case& each : call.cases) {
        add(answer_of(each.decision));
        add(each.conditions.size());
        for (const document::Condition& condition : each.conditions) {
          add(condition.index);
          add(static_cast<std::uint64_t>(condition.op));
          add(condition.value);
          add(condition.value_two);
        }
      }
    }
  }
  return text;
}

class Collection {
 public:
  explicit Collection(document::Architecture native) : native_(native) {}

  void add(const std::string& name, const policy::Policy& policy) {
    const policy::Table table = make_table(policy);
    const auto [seen, is_new] = index_of_.try_emplace(text_of(table), all_.size());
    if (!is_new) {
      all_[seen->second].names.push_back(name);
      return;
    }
    filter::Program program = filter::compile(table);
    const auto found = std::ranges::find_if(all_, [&](const KnownProfile& each) {
      return same_program(each.enforced.programs.front(), program);
    });
    seen->second = static_cast<std::size_t>(found - all_.begin());
    if (found != all_.end())
      found->names.push_back(name);
    else
      all_.push_back({{name}, enforced(name, {std::move(program)}, native_)});
  }

  std::vector<KnownProfile> take() { return std::move(all_); }

 private:
  document::Architecture native_;
  std::vector<KnownProfile> all_;
  std::map<std::string, std::size_t> index_of_;
};

// How many named calls two answer differently whatever the arguments: no more than differ.
std::size_t certainly_differing(const Enforced& a, const Enforced& b) {
  std::size_t all = 0;
  for (const AbiMeaning& meaning : a.abis) {
    const AbiMeaning* const other = b.find(meaning.abi.architecture);
    if (other == nullptr) continue;
    for (const NamedCall& call : meaning.abi.calls) {
      const auto x = meaning.decoded.at(call.number).constant();
      const auto y = other->decoded.at(call.number).constant();
      if (x && y && *x != *y) ++all;
    }
  }
  return all;
}

}  // namespace

std::string text_of(const std::vector<std::string>& names_of_defaults) {
  // "RuntimeDefault@docker-" "20.10.24" " as crun loads it"
  struct Parts {
    std::string_view engine, version, suffix;
  };
  const auto parts_of = [](std::string_view name) {
    const std::size_t version_end = std::min(name.find(' '), name.size());
    const std::size_t version_begin = name.substr(0, version_end).find_last_not_of("0123456789.+~abcdef") + 1;
    return Parts{name.substr(0, version_begin), name.substr(version_begin, version_end - version_begin),
                 name.substr(version_end)};
  };
  std::vector<std::string> texts;
  for (std::size_t begin = 0; begin < names_of_defaults.size();) {
    const Parts first = parts_of(names_of_defaults[begin]);
    Parts last = first;
    std::size_t end = begin + 1;
    for (; end < names_of_defaults.size(); ++end) {
      const Parts next = parts_of(names_of_defaults[end]);
      if (next.engine != first.engine || next.suffix != first.suffix) break;
      last = next;
    }
    if (end - begin > 2)
      texts.push_back(concat(first.engine, first.version, " … ", last.version, " (", end - begin,
                             " versions)", first.suffix));
    else
      texts.insert(texts.end(), names_of_defaults.begin() + static_cast<std::ptrdiff_t>(begin),
                   names_of_defaults.begin() + static_cast<std::ptrdiff_t>(end));
    begin = end;
  }
  return join(texts);
}

bool same_program(const filter::Program& a, const filter::Program& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(sock_filter)) == 0;
}

std::vector<KnownProfile> known_defaults(const resolve::Target& target) {
  Collection all(target.architecture);
  document::Warnings ignored;  // the data is right
  for (const defaults::Engine engine : defaults::engines)
    for (const std::string& version : defaults::versions(engine)) {
      const document::Profile profile = defaults::default_profile(engine, version);
      policy::Policy policy = policy_of(evaluate_template(profile, target), target.architecture, ignored);
      all.add(profile.file, policy);
      if (policy.newest.empty()) continue;
      // crun gives newer calls the default answer.
      policy.newest.clear();
      all.add(concat(profile.file, " as crun loads it"), policy);
    }
  return all.take();
}

std::size_t Match::named_differences() const {
  return static_cast<std::size_t>(std::ranges::count_if(differences, &CallChange::named));
}

Match nearest(const Enforced& what, const std::vector<KnownProfile>& known) {
  // The exact differences are dear, and only needed of those that can be the closest.
  std::vector<std::pair<std::size_t, const KnownProfile*>> candidates;
  candidates.reserve(known.size());
  for (const KnownProfile& each : known)
    candidates.emplace_back(certainly_differing(each.enforced, what), &each);
  std::ranges::stable_sort(candidates, {}, &std::pair<std::size_t, const KnownProfile*>::first);
  std::optional<Match> best;
  for (const auto& [at_least, candidate] : candidates) {
    if (best && (at_least > best->named_differences() || best->equal())) break;
    Match match{candidate->names, differences(candidate->enforced, what)};
    const auto rank = [](const Match& each) {
      return std::pair(each.named_differences(), each.differences.size());
    };
    if (!best || rank(match) < rank(*best)) best = std::move(match);
  }
  return std::move(*best);
}

}  // namespace scrim::inspect
