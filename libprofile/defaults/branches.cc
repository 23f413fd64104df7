// SPDX-License-Identifier: Apache-2.0
#include "libprofile/defaults/branches.h"

namespace scrim::defaults {

namespace {

// Puts periods together while the versions go by.
class Teller {
 public:
  explicit Teller(const Branches& branches) : branches_(branches) {}

  // One branch: where it begins, and the versions at which it changes between having and not having.
  void branch(std::size_t first, bool had, std::span<const std::size_t> changes) {
    std::size_t next = 0;
    if (had)
      begins_with_it(first, !changes.empty());
    else if (changes.empty())
      never_has_it(first);
    else
      comes(changes[next++]);
    for (bool has_it = true; next < changes.size(); ++next, has_it = !has_it)
      if (has_it)
        open().until.push_back(changes[next]);
      else
        periods_.push_back({{changes[next]}, {}});
    at_the_very_beginning_ = false;
  }

  std::vector<Period> take() { return std::move(periods_); }

 private:
  Period& open() { return periods_.back(); }
  [[nodiscard]] bool over(std::size_t version) const {
    return has(branches_.reached(periods_.back().until), version);
  }

  void begins_with_it(std::size_t first, bool loses_it) {
    if (periods_.empty()) {
      periods_.emplace_back();
      if (!at_the_very_beginning_) open().since.push_back(first);
    } else if (over(first)) {
      // A branch that loses it itself says so with its own mark.
      if (!loses_it) periods_.push_back({{first}, {}});
    } else if (!open().since.empty() && !has(branches_.reached(open().since), first)) {
      open().since.push_back(first);
    }
  }

  void never_has_it(std::size_t first) {
    if (!periods_.empty() && !over(first)) open().until.push_back(first);
  }

  void comes(std::size_t version) {
    if (periods_.empty() || over(version)) {
      periods_.push_back({{version}, {}});
      return;
    }
    // What was there from the beginning has to say so, now that it has a beginning elsewhere.
    if (open().since.empty()) open().since.push_back(0);
    open().since.push_back(version);
  }

  const Branches& branches_;
  std::vector<Period> periods_;
  bool at_the_very_beginning_ = true;
};

}  // namespace

Versions Branches::all() const {
  return branch_of_.size() == most_versions ? ~Versions{0} : (Versions{1} << branch_of_.size()) - 1;
}

Versions Branches::reached(std::span<const std::size_t> marks) const {
  Versions out = 0;
  for (std::size_t version = 0; version < branch_of_.size(); ++version) {
    // The mark of its own branch counts, or that of the nearest branch before it.
    const std::size_t* nearest = nullptr;
    for (const std::size_t& mark : marks)
      if (branch_of_[mark] <= branch_of_[version] && (nearest == nullptr || mark > *nearest)) nearest = &mark;
    if (nearest != nullptr && *nearest <= version) out |= Versions{1} << version;
  }
  return out;
}

Versions Branches::in(const Period& period) const {
  const Versions since = period.since.empty() ? all() : reached(period.since);
  return since & ~reached(period.until);
}

std::vector<Period> Branches::periods(Versions versions) const {
  Teller teller(*this);
  for (std::size_t first = 0, end = 0; first < branch_of_.size(); first = end) {
    std::vector<std::size_t> changes;
    for (end = first + 1; end < branch_of_.size() && branch_of_[end] == branch_of_[first]; ++end)
      if (has(versions, end) != has(versions, end - 1)) changes.push_back(end);
    teller.branch(first, has(versions, first), changes);
  }
  return teller.take();
}

}  // namespace scrim::defaults
