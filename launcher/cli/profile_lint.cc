// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <iostream>

#include "launcher/cli/painted_output.h"
#include "launcher/cli/profile.h"
#include "launcher/cli/profile_source.h"
#include "launcher/options/options.h"
#include "libprofile/document/file.h"
#include "libprofile/inspect/calls.h"
#include "libprofile/inspect/report.h"
#include "libprofile/lint/lint.h"
#include "libprofile/resolve/localhost.h"
#include "libprofile/text.h"

namespace scrim::cli {

using document::json::Value;
using lint::Finding;
using lint::Severity;

namespace {

struct LintOptions {
  ProfileOptions target;
  std::vector<std::string> profiles;
  std::string engine;
  std::string runtime = "runc";
  bool no_new_privileges = false;
  bool json = false;
};

struct Linted {
  std::string profile;
  document::Architecture architecture;
  std::vector<Finding> findings;
};

lint::ReadAs read_as(const std::string& engine) {
  if (engine == "containerd") return lint::ReadAs::oci;
  if (engine == "docker") return lint::ReadAs::docker;
  return engine.empty() ? lint::ReadAs::either : lint::ReadAs::containers;
}

lint::Runtime runtime_of(const std::string& name) {
  if (name == "crun") return lint::Runtime::crun;
  return name == "scrim" ? lint::Runtime::scrim : lint::Runtime::runc;
}

std::vector<Finding> lint_profile(const Context& context, const LintOptions& options, const std::string& text,
                                  const lint::Against& against) {
  if (text.starts_with("pid:") || text.starts_with("container:"))
    throw UsageError(concat(text, ": there is no profile to read, only what its filter does: see inspect"));
  const resolve::Wanted wanted = wanted_profile(text);
  if (const auto* const file = std::get_if<resolve::ProfileFile>(&wanted))
    return lint::lint_text(document::read_text(file->path), file->path, against);
  resolve::Settings settings = context.config.settings;
  if (!options.target.profile_root.empty()) settings.profile_root = options.target.profile_root;
  if (const auto* const local = std::get_if<resolve::Localhost>(&wanted))
    return lint::lint_text(resolve::read_localhost(settings.profile_root, local->path),
                           resolve::localhost_file_name(settings.profile_root, local->path), against);
  if (const auto* const built_in = std::get_if<resolve::RuntimeDefault>(&wanted)) {
    // Engines read their own defaults as what they are, whatever they do with files.
    lint::Against own = against;
    own.read_as = lint::ReadAs::docker;
    return lint::lint(
        defaults::default_profile(built_in->engine.value_or(settings.runtime_default),
                                  built_in->engine ? built_in->version : settings.runtime_default_version),
        own);
  }
  throw UsageError(concat(text, ": no filter at all, so there is nothing to look at"));
}

std::string counted(std::size_t count, std::string_view what) {
  return concat(count, " ", what, count == 1 ? "" : "s");
}

std::string summary_of(const Linted& linted) {
  const auto count = [&](Severity severity) {
    return static_cast<std::size_t>(std::ranges::count(linted.findings, severity, &Finding::severity));
  };
  std::vector<std::string> counts;
  if (const std::size_t errors = count(Severity::error); errors > 0)
    counts.push_back(counted(errors, "error"));
  if (const std::size_t warnings = count(Severity::warning); warnings > 0)
    counts.push_back(counted(warnings, "warning"));
  if (const std::size_t notes = count(Severity::note); notes > 0) counts.push_back(counted(notes, "note"));
  return concat(printable(linted.profile), " on ", inspect::short_name(linted.architecture), ": ",
                counts.empty() ? "nothing found" : join(counts));
}

void print(const std::vector<Linted>& all) {
  for (const Linted& linted : all) {
    for (const Finding& each : linted.findings) std::cout << text_of(each) << '\n';
    std::cout << summary_of(linted) << '\n';
  }
}

void print_json(const std::vector<Linted>& all) {
  Value::Array array;
  for (const Linted& linted : all) {
    Value value;
    value.set("profile", inspect::json_of(std::string_view(linted.profile)));
    value.set("architecture", inspect::json_of(inspect::short_name(linted.architecture)));
    Value::Array findings;
    for (const Finding& each : linted.findings) findings.push_back(json_of(each));
    value.set("findings", Value(Value::Data(std::move(findings))));
    array.push_back(std::move(value));
  }
  std::cout << to_text(Value(Value::Data(std::move(array))), 2) << '\n';
}

}  // namespace

int profile_lint(const Context& context, const Arguments& arguments) {
  Options app(
      "What is wrong with profiles, or will surprise. Exit status 1 if there are warnings or errors; notes "
      "do "
      "count with --strict.",
      "scrim profile lint");
  LintOptions options;
  add_target_options(app, options.target);
  app.add_option("profiles", options.profiles,
                 "files (OCI linux.seccomp or Docker's template), RuntimeDefault[@ENGINE[-VERSION]] or "
                 "Localhost:PATH")
      .required();
  app.add_option("--engine", options.engine,
                 "who reads the file: containerd takes it for linux.seccomp, the others for their template "
                 "(default: not known)")
      .one_of({"containerd", "docker", "podman", "cri-o"});
  app.add_option("--runtime", options.runtime,
                 "whose calls count between loading the filter and starting the program (default: runc)")
      .one_of({"runc", "crun", "scrim"});
  app.add_flag(
      "--no-new-privileges", options.no_new_privileges,
      "the container has noNewPrivileges (allowPrivilegeEscalation: false), under which runtimes load "
      "the filter later");
  app.add_flag("--json", options.json, "as JSON");
  app.parse(arguments);

  std::vector<document::Architecture> architectures;
  for (const std::string& name : options.target.architectures) architectures.push_back(architecture_of(name));
  if (architectures.empty()) architectures.push_back(resolve::native_architecture());
  std::vector<Linted> all;
  for (const std::string& profile : options.profiles)
    for (const document::Architecture architecture : architectures)
      all.push_back({profile, architecture,
                     lint_profile(context, options, profile,
                                  {target_of(options.target, architecture), runtime_of(options.runtime),
                                   read_as(options.engine), options.no_new_privileges})});
  const PaintedOutput paint(!options.json);
  options.json ? print_json(all) : print(all);
  const Severity counts = options.target.strict ? Severity::note : Severity::warning;
  const bool found = std::ranges::any_of(all, [&](const Linted& each) { return any(each.findings, counts); });
  return found ? status_finding : status_as_asked;
}

}  // namespace scrim::cli
