// SPDX-License-Identifier: Apache-2.0
#include "launcher/delegate/callers_bundle.h"

#include <algorithm>

#include "libprofile/document/file.h"
#include "libprofile/document/json.h"
#include "libprofile/error.h"
#include "libprofile/text.h"

namespace scrim::delegate {

// The characters of escape_root(), escape_id(), mkdtemp(3) and the slashes between them.
static bool is_path_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("_.+-@/").find(c) != std::string_view::npos;
}

static std::string callers_bundle(const std::string& shadow) {
  try {
    return document::read_text(concat(shadow, "/bundle"));
  } catch (const Error&) {
    return shadow;  // gone meanwhile: better the delegate's answer than none
  }
}

// The text of a string in JSON, without the quotes.
static std::string escaped_for_json(const std::string& text) {
  const std::string quoted = document::json::to_text(document::json::Value(text));
  return quoted.substr(1, quoted.size() - 2);
}

std::string show_callers_bundles(std::string_view output, std::string_view base) {
  const std::string prefix = concat(base, "/delegate/");
  std::string shown;
  while (!output.empty()) {
    const std::size_t found = output.find(prefix);
    shown += output.substr(0, found);
    if (found == std::string_view::npos) break;
    output.remove_prefix(found);
    const auto end = std::find_if_not(output.begin() + static_cast<std::ptrdiff_t>(prefix.size()),
                                      output.end(), is_path_character);
    const std::string shadow(output.begin(), end);
    output.remove_prefix(shadow.size());
    const std::string bundle = callers_bundle(shadow);
    if (shown.ends_with('"')) {
      shown += escaped_for_json(bundle);
    } else {
      shown += bundle;
      if (bundle.size() < shadow.size()) shown.append(shadow.size() - bundle.size(), ' ');
    }
  }
  return shown;
}

}  // namespace scrim::delegate
