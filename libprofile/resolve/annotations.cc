// SPDX-License-Identifier: Apache-2.0
#include "libprofile/resolve/annotations.h"

#include "libprofile/error.h"
#include "libprofile/resolve/localhost.h"
#include "libprofile/resolve/wanted.h"
#include "libprofile/text.h"

namespace scrim::resolve {

namespace {

using document::DocumentError;
using document::json::Value;

std::optional<Annotation> find(const Value& annotations, std::string_view name, std::string_view file) {
  const Value* value = annotations.find(name);
  if (value == nullptr) return std::nullopt;
  if (value->string() == nullptr)
    throw DocumentError(file, value->position(),
                        concat("annotation ", name, " must be a string, not ", value->kind()));
  return Annotation{std::string(name), *value->string(), value->position()};
}

// containerd writes the container's name into the first of these, CRI-O into the second.
std::optional<Annotation> container_name(const Value& annotations, std::string_view file) {
  for (const char* name : {"io.kubernetes.cri.container-name", "io.kubernetes.container.name"})
    if (auto found = find(annotations, name, file)) return found;
  return std::nullopt;
}

}  // namespace

Annotations read_annotations(const Value& config, std::string_view file) {
  const Value* annotations = config.find("annotations");
  if (annotations == nullptr || annotations->is_null()) return {};
  if (annotations->object() == nullptr)
    throw DocumentError(file, annotations->position(),
                        concat("annotations must be an object, not ", annotations->kind()));

  Annotations found;
  found.profile = find(*annotations, profile_annotation, file);
  found.privileged = find(*annotations, privileged_annotation, file);
  if (const auto name = container_name(*annotations, file))
    found.container =
        find(*annotations, concat("container.seccomp.security.alpha.kubernetes.io/", name->value), file);
  found.pod = find(*annotations, "seccomp.security.alpha.kubernetes.io/pod", file);
  return found;
}

std::string profile_fault(const Annotation& annotation) {
  const std::string says = concat("annotation ", annotation.name, " says ", quoted(annotation.value), ": ");
  try {
    const std::optional<Wanted> wanted = parse_wanted(annotation.value);
    if (!wanted) return concat(says, "not ", wanted_forms);
    if (const auto* from = std::get_if<Localhost>(&*wanted))
      if (const std::string_view fault = localhost_path_fault(from->path); !fault.empty())
        return concat(says, "localhostProfile ", fault);
  } catch (const Error& error) {
    return concat(says, error.what());
  }
  return {};
}

std::string privileged_fault(const Annotation& annotation) {
  if (annotation.value == "true" || annotation.value == "false") return {};
  return concat("annotation ", annotation.name, " says ", quoted(annotation.value),
                ": not \"true\" or \"false\"");
}

}  // namespace scrim::resolve
