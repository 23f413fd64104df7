// SPDX-License-Identifier: Apache-2.0
#include "launcher/delegate/enforcement.h"

#include <filesystem>
#include <utility>

#include "libprofile/document/write_profile.h"
#include "libprofile/error.h"
#include "libprofile/filter/fuse.h"
#include "libprofile/filter/libseccomp_proof.h"
#include "libprofile/filter/own.h"
#include "libprofile/filter/program_text.h"
#include "libprofile/filter/verify.h"
#include "libprofile/policy/abi.h"
#include "libprofile/resolve/annotations.h"
#include "libprofile/resolve/bundle_request.h"
#include "libprofile/text.h"

namespace scrim::delegate {

using document::json::Value;
using filter::compile;
using policy::Policy;
using policy::Table;
using resolve::Resolution;

namespace {

// The default action in a linux.seccomp that only stands beside a program. Every runtime that would compile
// it says that there is no such action.
constexpr std::string_view see_annotation =
    "(the filter is in annotation run.oci.seccomp_bpf_data, for crun 0.18 or later)";

class Enforcement {
 public:
  Enforcement(Value& config, const Resolution& resolution, const Carrier& carrier,
              std::vector<std::string>& because, document::Warnings& warnings)
      : config_(config), resolution_(resolution), carrier_(carrier), because_(because), warnings_(warnings) {}

  void write() {
    if (!resolution_.seccomp) return write_resolution(config_, resolution_);
    add(*resolution_.seccomp);
    if (resolution_.floor) {
      add(*resolution_.floor);
      return with_floor();
    }
    write_resolution(config_, resolution_);
    if (filter::libseccomp_may_be_wrong(tables_.front())) return doubtful();
    if (!is_called("runc")) write_program();
    if (!is_called("crun")) filter::prove_libseccomp(policies_.front());
  }

 private:
  void add(const document::OciSeccomp& seccomp) {
    policies_.push_back(make_policy(seccomp, policy::UnknownSyscalls::warn, warnings_));
    tables_.push_back(make_table(policies_.back()));
  }

  void step(std::string text) { because_.push_back(std::move(text)); }

  // Spares runc an annotation that it would show in `runc state`, and crun a proof that says nothing about
  // it.
  [[nodiscard]] bool is_called(std::string_view name) const {
    std::error_code unreadable;
    return std::filesystem::canonical(carrier_.program, unreadable).filename() == name;
  }

  void write_program() {
    const filter::Program program = compile(tables_);
    Value& annotations = *config_.find("annotations");  // write_resolution() has made it
    annotations.set(resolve::program_annotation, Value(to_base64(program, filter::native_byte_order())));
    step(concat("annotation ", resolve::program_annotation, " has the filter, ", program.size(),
                " instructions: crun loads it as it is, others compile linux.seccomp"));
  }

  // crun has the program, and must not do without it.
  void write_program_only() {
    write_program();
    document::OciSeccomp beside;
    const document::Header& header = resolution_.seccomp->header;
    beside.header = header;
    beside.header.default_errno_ret.reset();
    beside.header.architectures.clear();
    beside.header.flags = filter::fuse_flags(policies_);
    if (resolution_.floor && beside.header.listener_path.empty()) {
      beside.header.listener_path = resolution_.floor->header.listener_path;
      beside.header.listener_metadata = resolution_.floor->header.listener_metadata;
    }
    Value seccomp = document::to_json(beside);
    seccomp.erase("defaultAction");
    seccomp.set("defaultAction", Value(std::string(see_annotation)));
    Value& linux_part = *config_.find("linux");
    linux_part.erase("seccomp");
    linux_part.set("seccomp", std::move(seccomp));
    step("linux.seccomp is one that cannot be compiled, so that nothing starts without that filter");
  }

  // Rules that libseccomp is not known to get right.
  void doubtful() {
    const RuntimeKind kind = carrier_.kind();
    if (kind.name == RuntimeKind::Name::crun) return write_program_only();
    filter::prove_libseccomp(policies_.front());
    const std::string version = policy::libseccomp_version();
    step(concat("what libseccomp ", version, " makes of the profile was compared with it, and is right"));
    if (!kind.libseccomp.empty() && kind.libseccomp != version)
      warnings_.push_back(
          {concat(carrier_.program, " compiles with libseccomp ", kind.libseccomp, "; that it gets ",
                  policies_.front().name, " right was proved with ", version, " (not known to differ)")});
  }

  void with_floor() {
    if (policies_[0].notifies && policies_[1].notifies)
      throw Error(
          concat(resolution_.name,
                 ": both the profile and the floor have SCMP_ACT_NOTIFY, and a process has one listener "
                 "at most"));
    Resolution one = resolution_;
    one.floor.reset();
    if (carrier_.kind().name == RuntimeKind::Name::crun) {
      write_resolution(config_, one);
      return write_program_only();
    }
    // Often one of them says all that both say.
    const filter::Program together = compile(tables_);
    const auto same = [&](const Table& table) {
      const filter::Verification verification = filter::verify(together, table);
      return verification.complete && !verification.difference;
    };
    const bool profile_suffices = same(tables_[0]);
    if (!profile_suffices && !same(tables_[1]))
      throw Error(
          concat(resolution_.name, ": ", carrier_.program,
                 " compiles the filter by itself, and no single profile says what the profile and the floor "
                 "say together (mend: let scrim carry the container out, or crun)"));
    const std::vector<document::Flag> flags = filter::fuse_flags(policies_);
    const std::size_t other = profile_suffices ? 1 : 0;
    if (!profile_suffices) one.seccomp = resolution_.floor;
    policies_.erase(policies_.begin() + static_cast<std::ptrdiff_t>(other));
    tables_.erase(tables_.begin() + static_cast<std::ptrdiff_t>(other));
    if (!profile_suffices) one.as_written = false;
    // Only where they differ: runc before 1.2 knows no flags.
    if (flags != policies_.front().flags) {
      one.as_written = false;
      one.seccomp->header.flags = flags;
    }
    step(profile_suffices ? "the profile denies all that the floor denies: it alone is enough"
                          : "the floor denies all that the profile denies: it alone is enough");
    write_resolution(config_, one);
    if (filter::libseccomp_may_be_wrong(tables_.front())) return doubtful();
    filter::prove_libseccomp(policies_.front());
  }

  Value& config_;
  const Resolution& resolution_;
  const Carrier& carrier_;
  std::vector<std::string>& because_;
  document::Warnings& warnings_;
  std::vector<Policy> policies_;  // the profile's, then the floor's
  std::vector<Table> tables_;
};

}  // namespace

void write_enforcement(Value& config, const Resolution& resolution, const Carrier& carrier,
                       std::vector<std::string>& because, document::Warnings& warnings) {
  Enforcement(config, resolution, carrier, because, warnings).write();
}

}  // namespace scrim::delegate
