// SPDX-License-Identifier: Apache-2.0
// No text crashes lint, in any dialect and for any runtime that compiles without libseccomp, nor the reader
// of needs; and what is found is told in whole sentences.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "libprofile/error.h"
#include "libprofile/lint/lint.h"
#include "libprofile/lint/needs.h"

using namespace scrim;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
  // libseccomp would run in processes of its own, and may take seconds.
  const lint::Against against{{document::Architecture::x86_64, {6, 1}, resolve::CapabilitySet(0xa80425fb)},
                              lint::Runtime::scrim,
                              static_cast<lint::ReadAs>(data[0] & 3U),
                              (data[0] & 4U) != 0};
  for (const lint::Finding& each : lint::lint_text(text, (data[0] & 8U) != 0 ? "f.yaml" : "f.json", against))
    if (each.code.empty() || each.says.empty()) std::abort();
  try {
    if (lint::read_needs(text, "f").empty()) std::abort();
  } catch (const Error&) {
    // one clear message
  }
  return 0;
}
