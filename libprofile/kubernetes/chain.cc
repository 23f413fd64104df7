// SPDX-License-Identifier: Apache-2.0
#include "libprofile/kubernetes/chain.h"

#include "libprofile/kubernetes/annotations.h"
#include "libprofile/text.h"

namespace scrim::kubernetes {

namespace {

// Versions in which something changed for whoever asks.
constexpr Version has_field{1, 19};                   // securityContext.seccompProfile
constexpr Version kubelet_reads_fields_alone{1, 25};  // annotations count because the API server copies them
constexpr Version annotations_are_inert{1, 27};

class Chain {
 public:
  Chain(const Pod& pod, const Container& container, Version version)
      : pod_(pod), container_(container), version_(version) {
    asked_.request.privileged = container.security_context.privileged == true;
  }

  Asked follow() {
    if (pod_.is_windows()) {
      step("os.name is windows, where there is no seccomp");
      asked_.request.wanted = resolve::Unconfined{};
      return std::move(asked_);
    }
    const auto& own = container_.security_context.seccomp_profile;
    const auto& of_pod = pod_.security_context.seccomp_profile;
    const std::string own_path = concat(container_.path, ".securityContext.seccompProfile");
    const std::string pod_path = concat(pod_.spec_path, ".securityContext.seccompProfile");
    const std::string own_annotation = container_annotation(container_.name);
    // Who comes first has not changed since there are fields; only who reads the annotations has.
    const bool found = field(own, own_path) || annotation(own_annotation, own.has_value()) ||
                       field(of_pod, pod_path) || annotation(std::string(pod_annotation), of_pod.has_value());
    if (!found) step("neither the container nor the pod asks for a profile");
    if (asked_.request.privileged) step(concat(container_.path, ".securityContext.privileged is true"));
    return std::move(asked_);
  }

 private:
  void step(std::string text) { asked_.request.because.push_back(std::move(text)); }
  void warn(std::string text) { asked_.warnings.push_back({std::move(text)}); }

  bool field(const std::optional<SeccompProfile>& profile, const std::string& path) {
    if (!profile) return false;
    if (version_ < has_field) {
      warn(document::located(pod_.file, profile->at,
                             concat(path, " does not exist in Kubernetes ", text_of(version_),
                                    ", which reads annotations alone")));
      return false;
    }
    step(document::located(pod_.file, profile->type_at, concat(path, " asks for ", describe(*profile))));
    ask(*profile);
    return true;
  }

  bool annotation(const std::string& key, bool has_its_field) {
    const auto found = pod_.annotations.find(key);
    if (found == pod_.annotations.end()) return false;
    const std::string path = concat(pod_.metadata_path, ".annotations[", key, "]");
    if (!has_its_field) deprecated(path);
    if (version_ >= annotations_are_inert) return false;
    const std::string value = quoted(found->second.value);
    step(document::located(pod_.file, found->second.at, concat(path, " asks for ", value, reader())));
    if (const std::optional<SeccompProfile> profile = field_for(found->second)) {
      ask(*profile);
    } else {
      // validation.h says so too; an API server never lets it get this far
      asked_.refusal = concat(path, ": ", value, " is no profile");
    }
    return true;
  }

  // pkg/api/pod/warnings.go of the version.
  void deprecated(const std::string& path) {
    if (version_ < Version{1, 22}) return;
    const std::string_view when = version_ >= annotations_are_inert ? "non-functional in v1.27+"
                                  : version_ >= kubelet_reads_fields_alone
                                      ? "deprecated since v1.19, non-functional in a future release"
                                      : "deprecated since v1.19, non-functional in v1.25+";
    warn(concat(path, ": ", when, "; use the \"seccompProfile\" field instead"));
  }

  [[nodiscard]] std::string_view reader() const {
    if (version_ < has_field) return "";
    return version_ < kubelet_reads_fields_alone
               ? ", which the kubelet reads until 1.24"
               : ", which the API server copies to the field until 1.26 (not for static pods)";
  }

  static std::string describe(const SeccompProfile& profile) {
    if (profile.type.empty()) return "no type";
    return concat(quoted(profile.type),
                  profile.localhost_profile ? concat(" ", quoted(*profile.localhost_profile)) : "");
  }

  void ask(const SeccompProfile& profile) {
    resolve::Wanted& wanted = asked_.request.wanted;
    if (profile.type == "RuntimeDefault") {
      wanted = resolve::RuntimeDefault{};
    } else if (profile.type != "Localhost") {
      // Whatever it does not know is Unconfined to the kubelet; the API server lets nothing else through.
      if (profile.type != "Unconfined") step("which is none: the kubelet takes it for Unconfined");
      wanted = resolve::Unconfined{};
    } else if (profile.localhost_profile.value_or("").empty()) {
      asked_.refusal = "localhostProfile must be set if seccompProfile type is Localhost.";
    } else {
      wanted = resolve::Localhost{*profile.localhost_profile};
    }
  }

  const Pod& pod_;
  const Container& container_;
  Version version_;
  Asked asked_;
};

}  // namespace

Asked asked_for(const Pod& pod, const Container& container, Version version) {
  return Chain(pod, container, version).follow();
}

}  // namespace scrim::kubernetes
