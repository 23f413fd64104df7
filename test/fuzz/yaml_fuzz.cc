// SPDX-License-Identifier: Apache-2.0
// No text crashes the reader of YAML, nor what reads pods and kubelets' configurations from its documents;
// what is read is JSON, which reads back the same; and each refusal is one line that a terminal can show.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "libprofile/document/yaml.h"
#include "libprofile/error.h"
#include "libprofile/kubernetes/kubelet.h"
#include "libprofile/kubernetes/pod_security.h"
#include "libprofile/kubernetes/read_pods.h"
#include "libprofile/kubernetes/validation.h"
#include "libprofile/text.h"

using namespace scrim;

namespace {

template <typename Read>
void read_or_refuse(const Read& read) {
  try {
    read();
  } catch (const Error& refusal) {
    if (*refusal.what() == '\0' || printable(refusal.what()) != refusal.what()) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  std::vector<document::json::Value> documents;
  read_or_refuse([&] { documents = document::yaml::parse(text, "f"); });
  for (const document::json::Value& each : documents) {
    const std::string json = to_text(each);
    if (to_text(document::json::parse(json, "f")) != json) std::abort();
  }
  read_or_refuse([&] {
    for (const kubernetes::Pod& pod : kubernetes::read_pods(documents, "f").pods) {
      (void)kubernetes::validate(pod, kubernetes::newest_known);
      for (const kubernetes::Level level : {kubernetes::Level::baseline, kubernetes::Level::restricted})
        for (const kubernetes::Violation& each : kubernetes::violations(pod, level, kubernetes::newest_known))
          if (each.reason.empty()) std::abort();
    }
  });
  read_or_refuse([&] {
    kubernetes::Kubelet kubelet = kubernetes::read_kubelet({{"f", documents}, {"g", documents}});
    if (kubelet.because.empty()) std::abort();
    fit_to_version(kubelet, {1, 24});
  });
  return 0;
}
