// SPDX-License-Identifier: Apache-2.0
#include "libprofile/resolve/resolve.h"

#include "libprofile/defaults/known_version.h"
#include "libprofile/document/file.h"
#include "libprofile/document/spo.h"
#include "libprofile/error.h"
#include "libprofile/resolve/localhost.h"
#include "libprofile/resolve/template.h"
#include "libprofile/resolve/trusted_file.h"
#include "libprofile/resolve/wanted.h"
#include "libprofile/text.h"

namespace scrim::resolve {

namespace {

// Carries out one Wanted; `out` has the steps so far in `because`.
class Resolver {
 public:
  // `of_node`: not a caller's file is meant by a ProfileFile, but one of the node's.
  Resolver(const Settings& settings, const Target& target, Resolution& out, bool of_node = false)
      : settings_(settings), target_(target), out_(out), of_node_(of_node) {}

  void operator()(const Nothing&) {
    if (settings_.seccomp_default) {
      step("no profile is asked for, and seccompDefault makes that RuntimeDefault");
      (*this)(RuntimeDefault{});
    } else {
      step("no profile is asked for, and seccompDefault is off");
      (*this)(Unconfined{});
    }
  }

  void operator()(const Unconfined&) {
    out_.name = "Unconfined";
    step("Unconfined: no filter");
  }

  void operator()(const RuntimeDefault& wanted) {
    const defaults::Engine engine = wanted.engine.value_or(settings_.runtime_default);
    const std::string& version = wanted.engine ? wanted.version : settings_.runtime_default_version;
    if (!wanted.engine)
      step(concat("RuntimeDefault means ", defaults::name_of(engine), "'s here",
                  version.empty() ? "" : ", version ", version));
    const document::Profile profile = defaults::default_profile(engine, version);
    out_.name = profile.file;
    const std::string taken = defaults::known_version(engine, version).because;
    if (!taken.empty()) step(taken);
    evaluate(profile);
    step(concat(out_.name, ", ", evaluated()));
  }

  void operator()(const Localhost& wanted) {
    out_.localhost_text = read_localhost(settings_.profile_root, wanted.path);
    const std::string file = localhost_file_name(settings_.profile_root, wanted.path);
    out_.name = describe(wanted);
    read(out_.localhost_text, file);
  }

  void operator()(const ProfileFile& wanted) {
    const std::string text = of_node_ ? read_trusted(wanted.path) : document::read_text(wanted.path);
    out_.name = wanted.path;
    read(text, wanted.path);
  }

  void operator()(const Inline& wanted) {
    out_.name = inline_name;
    out_.seccomp = wanted.seccomp;
    out_.as_written = true;
    step(concat("linux.seccomp of ", wanted.seccomp.file, " as it is"));
  }

 private:
  void step(std::string text) { out_.because.push_back(std::move(text)); }

  void evaluate(const document::Profile& profile) { out_.seccomp = evaluate_template(profile, target_); }

  void read(const std::string& text, const std::string& file) {
    const document::Profile profile = document::read_profile_text(text, file, out_.warnings);
    evaluate(profile);
    // containerd takes a Localhost file for plain linux.seccomp and so drops every condition; CRI-O evaluates
    // it (internal/config/seccomp). Dropping them would let more through than the author wrote.
    step(profile.uses_template_fields ? concat("the template ", file, ", ", evaluated())
                                      : concat("the profile ", file));
  }

  [[nodiscard]] std::string evaluated() const {
    const auto capabilities = static_cast<unsigned>(__builtin_popcountll(target_.bounding.bits()));
    return concat("evaluated for ", go_name(target_.architecture), ", Linux ", target_.kernel.major, ".",
                  target_.kernel.minor, " and ", capabilities,
                  capabilities == 1 ? " capability" : " capabilities", " in the bounding set");
  }

  const Settings& settings_;
  const Target& target_;
  Resolution& out_;
  bool of_node_;
};

bool asks_for_filter(const Wanted& wanted) {
  return !std::holds_alternative<Nothing>(wanted) && !std::holds_alternative<Unconfined>(wanted);
}

Resolution above_floor(const Request& request, const Settings& settings, const Target& target) {
  Resolution out;
  out.because = request.because;
  Resolver resolver(settings, target, out);
  if (!request.privileged) {
    std::visit(resolver, request.wanted);
    return out;
  }
  if (asks_for_filter(request.wanted))
    out.warnings.push_back(
        {concat("privileged discards the profile that is asked for: ", describe(request.wanted))});
  if (settings.privileged_profile) {
    out.because.push_back(
        concat("privileged containers get privilegedProfile, ", describe(*settings.privileged_profile)));
    std::visit(resolver, *settings.privileged_profile);
  } else {
    out.because.push_back("privileged containers have no profile");
    resolver(Unconfined{});
  }
  return out;
}

}  // namespace

Resolution resolve(const Request& request, const Settings& settings, const Target& target) {
  Resolution out = above_floor(request, settings, target);
  if (!settings.floor_profile) return out;

  Resolution floor;
  floor.because.push_back(concat("the node's floorProfile, ", describe(*settings.floor_profile),
                                 out.seccomp
                                     ? ", applies as well: of each call the more restrictive answer counts"
                                     : ", applies to every container, and is the only filter"));
  std::visit(Resolver(settings, target, floor, true), *settings.floor_profile);
  if (!floor.seccomp) throw Error(concat("floorProfile ", floor.name, " has no filter"));
  out.name = concat(out.name, " (floor: ", floor.name, ")");
  (out.seccomp ? out.floor : out.seccomp) = std::move(floor.seccomp);
  out.because.insert(out.because.end(), floor.because.begin(), floor.because.end());
  out.warnings.insert(out.warnings.end(), floor.warnings.begin(), floor.warnings.end());
  return out;
}

}  // namespace scrim::resolve
