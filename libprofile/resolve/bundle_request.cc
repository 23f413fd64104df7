// SPDX-License-Identifier: Apache-2.0
#include "libprofile/resolve/bundle_request.h"

#include <bit>
#include <initializer_list>

#include "libprofile/document/read_profile.h"
#include "libprofile/error.h"
#include "libprofile/resolve/annotations.h"
#include "libprofile/resolve/privilege.h"
#include "libprofile/resolve/wanted.h"
#include "libprofile/text.h"

namespace scrim::resolve {

namespace {

using document::DocumentError;
using document::json::Value;

// A member that must be an object if it is there at all; Go's null is the same as not there.
const Value* object_member(const Value& parent, std::string_view name, std::string_view file) {
  const Value* member = parent.find(name);
  if (member == nullptr || member->is_null()) return nullptr;
  if (member->object() == nullptr)
    throw DocumentError(file, member->position(), concat(name, " must be an object, not ", member->kind()));
  return member;
}

// runc takes a linux.seccomp with neither a default action nor rules for none (libcontainer/specconv,
// SetupSeccomp).
bool says_nothing(const Value& seccomp) {
  const Value* action = seccomp.find("defaultAction");
  const Value* rules = seccomp.find("syscalls");
  const bool no_action =
      action == nullptr || action->is_null() || (action->string() != nullptr && action->string()->empty());
  const bool no_rules =
      rules == nullptr || rules->is_null() || (rules->array() != nullptr && rules->array()->empty());
  return no_action && no_rules;
}

std::optional<Inline> inline_profile(const Value& config, std::string_view file,
                                     document::Warnings& warnings) {
  const Value* linux_part = object_member(config, "linux", file);
  const Value* seccomp = linux_part == nullptr ? nullptr : object_member(*linux_part, "seccomp", file);
  if (seccomp == nullptr || says_nothing(*seccomp)) return std::nullopt;
  return Inline{document::read_oci_seccomp(*seccomp, file, warnings)};
}

// Whoever may write it could otherwise have any filter, or one that allows everything, under crun.
void warn_of_program(const Value& config, std::string_view file, document::Warnings& warnings) {
  const Value* annotations = object_member(config, "annotations", file);
  const Value* program = annotations == nullptr ? nullptr : annotations->find(program_annotation);
  if (program == nullptr) return;
  warnings.push_back({document::located(
      file, program->position(),
      concat("annotation ", program_annotation, " is ignored: the profile is what scrim resolves"))});
}

// What the container has by itself, before any annotation.
struct Facts {
  std::optional<Inline> inlined;
  std::string recognised;  // how it was recognised as privileged; empty if it was not
};

// The table in README.md, row by row. Each function below is one half of it.
class Precedence {
 public:
  Precedence(Facts facts, Annotations annotations, std::string_view file, const RuntimeConfig& config,
             document::Warnings& warnings)
      : facts_(std::move(facts)),
        annotations_(std::move(annotations)),
        file_(file),
        config_(config),
        warnings_(warnings) {}

  Request trusted() {
    if (says_privileged()) {
      ignore({&annotations_.profile, &annotations_.container, &annotations_.pod},
             "the container is privileged");
      return privileged(concat("annotation ", privileged_annotation, " makes the container privileged"));
    }
    if (annotations_.profile) {
      ignore_malformed({&annotations_.container, &annotations_.pod});
      return apply(*annotations_.profile, facts_.inlined ? ", in place of linux.seccomp" : "");
    }
    if (facts_.inlined) {
      // The kubelet or the engine has already translated these.
      ignore_malformed({&annotations_.container, &annotations_.pod});
      return as_inlined();
    }
    if (!facts_.recognised.empty() && !annotations_.privileged) {
      ignore({&annotations_.container, &annotations_.pod}, "the container is privileged");
      return privileged(facts_.recognised);
    }
    if (annotations_.container) {
      ignore_malformed({&annotations_.pod});
      return apply(*annotations_.container);
    }
    if (annotations_.pod) return apply(*annotations_.pod);
    return {};
  }

  Request untrusted() {
    if (facts_.inlined) {
      ignore_all("linux.seccomp is there, and annotations are not trusted to replace it");
      return as_inlined();
    }
    if (!facts_.recognised.empty()) {
      ignore_all("the container is privileged");
      return privileged(facts_.recognised);
    }
    if (config_.settings.seccomp_default) {
      ignore_all("seccompDefault gives RuntimeDefault, and annotations are not trusted to replace it");
      return {};
    }
    ignore({&annotations_.privileged}, "annotations are not trusted");
    std::optional<Request> request;
    for (const auto* annotation : {&annotations_.profile, &annotations_.container, &annotations_.pod}) {
      if (!*annotation) continue;
      if (request) {
        ignore_malformed({annotation});
        continue;
      }
      Request asked = apply(**annotation);
      if (std::holds_alternative<Unconfined>(asked.wanted))
        ignore({annotation}, "annotations are not trusted to ask for Unconfined");
      else
        request = std::move(asked);
    }
    return request.value_or(Request{});
  }

 private:
  using Chosen = std::initializer_list<const std::optional<Annotation>*>;

  // Whether run.scrim.privileged, which is trusted here, says so; "false" overrules the marks of privilege.
  [[nodiscard]] bool says_privileged() const {
    if (!annotations_.privileged) return false;
    if (const std::string fault = privileged_fault(*annotations_.privileged); !fault.empty())
      throw DocumentError(file_, annotations_.privileged->at, fault);
    return annotations_.privileged->value == "true";
  }

  [[nodiscard]] Request apply(const Annotation& annotation, std::string_view instead = {}) const {
    if (const std::string fault = profile_fault(annotation); !fault.empty())
      throw DocumentError(file_, annotation.at, fault);
    Wanted wanted = *parse_wanted(annotation.value);
    std::string because = concat("annotation ", annotation.name, " asks for ", describe(wanted), instead);
    return {std::move(wanted), false, {std::move(because)}};
  }

  Request as_inlined() {
    return {std::move(*facts_.inlined), false, {concat(file_, " has a profile in linux.seccomp")}};
  }

  Request privileged(std::string because) {
    Request request{Nothing{}, true, {std::move(because)}};
    if (facts_.inlined) request.wanted = std::move(*facts_.inlined);
    return request;
  }

  static std::string fault_of(const Annotation& annotation) {
    return annotation.name == privileged_annotation ? privileged_fault(annotation)
                                                    : profile_fault(annotation);
  }

  void ignore(Chosen chosen, std::string_view why) {
    for (const auto* annotation : chosen) {
      if (!*annotation) continue;
      const std::string fault = fault_of(**annotation);
      const std::string what = fault.empty() ? concat("annotation ", (*annotation)->name) : fault;
      warn(**annotation, concat(what, fault.empty() ? " is ignored: " : "; it is ignored: ", why));
    }
  }

  void ignore_all(std::string_view why) {
    ignore({&annotations_.privileged, &annotations_.profile, &annotations_.container, &annotations_.pod},
           why);
  }

  // Something of a higher rank applies, which is no news unless the value can never be meant.
  void ignore_malformed(Chosen chosen) {
    for (const auto* annotation : chosen)
      if (*annotation && !fault_of(**annotation).empty())
        ignore({annotation}, "something else ranks before it");
  }

  void warn(const Annotation& annotation, std::string_view text) {
    warnings_.push_back({document::located(file_, annotation.at, text)});
  }

  Facts facts_;
  Annotations annotations_;
  std::string_view file_;
  const RuntimeConfig& config_;
  document::Warnings& warnings_;
};

}  // namespace

Request bundle_request(const Value& config, std::string_view file, const RuntimeConfig& runtime_config,
                       document::Warnings& warnings) {
  if (config.object() == nullptr)
    throw DocumentError(file, config.position(), concat("must be an object, not ", config.kind()));
  warn_of_program(config, file, warnings);
  Facts facts;
  facts.inlined = inline_profile(config, file, warnings);
  if (!facts.inlined && looks_privileged(config))
    facts.recognised = concat(
        "recognised as privileged by what engines do for it: ", std::popcount(bounding_set(config).bits()),
        " capabilities in the bounding set, no masked or read-only paths, every device allowed");
  Precedence precedence(std::move(facts), read_annotations(config, file), file, runtime_config, warnings);
  return runtime_config.annotations_trusted ? precedence.trusted() : precedence.untrusted();
}

CapabilitySet bounding_set(const Value& config) {
  CapabilitySet set;
  const Value* process = config.find("process");
  const Value* capabilities = process == nullptr ? nullptr : process->find("capabilities");
  const Value* bounding = capabilities == nullptr ? nullptr : capabilities->find("bounding");
  if (bounding == nullptr || bounding->array() == nullptr) return set;
  // Names that this build does not know are left out, as runc and crun do.
  for (const Value& name : *bounding->array())
    if (const std::string* text = name.string())
      if (const auto number = CapabilitySet::number_of(*text)) set.add(*number);
  return set;
}

}  // namespace scrim::resolve
