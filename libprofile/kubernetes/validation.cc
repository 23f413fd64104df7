// SPDX-License-Identifier: Apache-2.0
#include "libprofile/kubernetes/validation.h"

#include <algorithm>

#include "libprofile/kubernetes/annotations.h"
#include "libprofile/text.h"

namespace scrim::kubernetes {

namespace {

constexpr Version has_field{1, 19};
constexpr Version has_os_field_rules{1, 24};
constexpr Version unmasked_needs_user_namespace{1, 30};

std::string invalid(std::string_view value, std::string_view why) {
  return concat("Invalid value: ", quoted(value, std::string::npos), ": ", why);
}

class Validator {
 public:
  Validator(const Pod& pod, Version version) : pod_(pod), version_(version) {}

  std::vector<FieldError> check() {
    check_annotations();
    const std::string pod_context = concat(pod_.spec_path, ".securityContext");
    check_profile(pod_.security_context, pod_context, std::string(pod_annotation));
    for (const Container& container : pod_.containers) {
      const std::string context = concat(container.path, ".securityContext");
      check_profile(container.security_context, context, container_annotation(container.name));
      check_container(container.security_context, context);
    }
    // validateContainers
    if (std::ranges::find(pod_.containers, ContainerKind::container, &Container::kind) ==
        pod_.containers.end())
      add(pod_.at, concat(pod_.spec_path, ".containers"), "Required value");
    return std::move(errors_);
  }

 private:
  void add(Position at, std::string field, std::string says) {
    errors_.push_back({at, std::move(field), std::move(says)});
  }

  // validateLocalDescendingPath
  void check_path(Position at, const std::string& field, const std::string& path) {
    if (path.starts_with('/')) add(at, field, invalid(path, "must be a relative path"));
    const std::vector<std::string_view> parts = split(path, '/');
    if (std::ranges::find(parts, "..") != parts.end()) add(at, field, invalid(path, "must not contain '..'"));
  }

  // ValidateSeccompPodAnnotations
  void check_annotations() {
    for (const auto& [key, annotation] : pod_.annotations) {
      if (key != pod_annotation && !key.starts_with(container_annotation_prefix)) continue;
      const std::string field = concat(pod_.metadata_path, ".annotations.", key);
      constexpr std::string_view localhost = "localhost/";
      if (annotation.value.starts_with(localhost))
        check_path(annotation.at, field, annotation.value.substr(localhost.size()));
      else if (!field_for(annotation))
        add(annotation.at, field, invalid(annotation.value, "must be a valid seccomp profile"));
    }
  }

  void check_profile(const SecurityContext& context, const std::string& path, const std::string& key) {
    if (!context.seccomp_profile || version_ < has_field) return;
    const SeccompProfile& profile = *context.seccomp_profile;
    const std::string field = concat(path, ".seccompProfile");
    if (pod_.is_windows() && version_ >= has_os_field_rules) {
      add(profile.at, field, "Forbidden: cannot be set for a windows pod");
      return;
    }
    check_field(profile, field);
    if (const auto found = pod_.annotations.find(key); found != pod_.annotations.end())
      check_match(profile, found->second.value, field);
  }

  // validateSeccompProfileField
  void check_field(const SeccompProfile& profile, const std::string& field) {
    const bool is_localhost = profile.type == "Localhost";
    if (profile.type.empty())
      add(profile.at, field + ".type", "Required value: type is required when seccompProfile is set");
    else if (!is_localhost && profile.type != "RuntimeDefault" && profile.type != "Unconfined")
      add(profile.type_at, field + ".type",
          concat("Unsupported value: ", quoted(profile.type, std::string::npos),
                 ": supported values: \"Localhost\", \"RuntimeDefault\", \"Unconfined\""));
    if (is_localhost && !profile.localhost_profile)
      add(profile.at, field + ".localhostProfile",
          "Required value: must be set when seccomp type is Localhost");
    else if (is_localhost)
      check_path(profile.localhost_at, field + ".localhostProfile", *profile.localhost_profile);
    else if (profile.localhost_profile)
      // Kubernetes prints the whole structure for the value, with an address in it.
      add(profile.localhost_at, field + ".localhostProfile",
          "Invalid value: can only be set when seccomp type is Localhost");
  }

  // validateSeccompAnnotationsAndFieldsMatch
  void check_match(const SeccompProfile& profile, const std::string& annotation, const std::string& field) {
    constexpr std::string_view localhost = "localhost/";
    const bool same_type = profile.type == "Unconfined" ? annotation == "unconfined"
                           : profile.type == "RuntimeDefault"
                               ? annotation == "runtime/default" || annotation == "docker/default"
                           : profile.type == "Localhost" ? annotation.starts_with(localhost)
                                                         : true;
    if (!same_type)
      add(profile.type_at, field + ".type", "Forbidden: seccomp type in annotation and field must match");
    else if (profile.type == "Localhost" && profile.localhost_profile != annotation.substr(localhost.size()))
      add(profile.localhost_at, field + ".localhostProfile",
          "Forbidden: seccomp profile in annotation and field must match");
  }

  // ValidateSecurityContext
  void check_container(const SecurityContext& context, const std::string& path) {
    if (context.proc_mount) {
      const std::string field = path + ".procMount";
      const std::string& type = *context.proc_mount;
      if (type != "Default" && type != "Unmasked")
        add(context.at, field,
            concat("Unsupported value: ", quoted(type, std::string::npos),
                   ": supported values: \"Default\", \"Unmasked\""));
      if (type == "Unmasked" && pod_.host_users != false && version_ >= unmasked_needs_user_namespace)
        add(context.at, field, invalid(type, "`hostUsers` must be false to use `Unmasked`"));
    }
    if (context.allow_privilege_escalation != false) return;
    // Kubernetes prints the whole security context for the value.
    if (context.privileged == true)
      add(context.at, path,
          "Invalid value: cannot set `allowPrivilegeEscalation` to false and `privileged` to true");
    if (std::ranges::find(context.add, "CAP_SYS_ADMIN") != context.add.end())
      add(context.at, path,
          "Invalid value: cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` "
          "CAP_SYS_ADMIN");
  }

  const Pod& pod_;
  Version version_;
  std::vector<FieldError> errors_;
};

}  // namespace

std::vector<FieldError> validate(const Pod& pod, Version version) {
  return Validator(pod, version).check();
}

std::string text_of(const FieldError& error) {
  return concat(error.field, ": ", error.says);
}

}  // namespace scrim::kubernetes
