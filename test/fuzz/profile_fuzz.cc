// SPDX-License-Identifier: Apache-2.0
// No text crashes the way from a file to concrete rules, and what is written reads back the same.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "libprofile/document/read_profile.h"
#include "libprofile/document/write_profile.h"
#include "libprofile/resolve/template.h"

using namespace scrim;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  document::Warnings warnings;
  try {
    const document::json::Value value = document::json::parse(text, "f");
    const auto same = [](const document::json::Value& a, const document::json::Value& b) {
      return document::json::to_text(a) == document::json::to_text(b);
    };
    if (!same(document::json::parse(document::json::to_text(value), "f"), value)) std::abort();
    const document::Profile profile = document::read_profile(value, "f", warnings);
    const resolve::Target target{document::Architecture::x86_64, {6, 1}, resolve::CapabilitySet(0xa80425fb)};
    const document::json::Value written = document::to_json(evaluate_template(profile, target));
    warnings.clear();
    const document::OciSeccomp again = document::read_oci_seccomp(written, "f", warnings);
    if (!warnings.empty() || !same(document::to_json(again), written)) std::abort();
  } catch (const document::DocumentError&) {
    // one clear message
  }
  return 0;
}
