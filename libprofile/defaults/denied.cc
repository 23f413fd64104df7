// SPDX-License-Identifier: Apache-2.0
#include "libprofile/defaults/denied.h"

#include "libprofile/defaults/embedded.h"
#include "libprofile/document/json.h"
#include "libprofile/text.h"

namespace scrim::defaults {

namespace {

using document::json::Value;

// A text, or an array of them.
std::vector<std::string> texts(const Value* value) {
  std::vector<std::string> all;
  if (value == nullptr) return all;
  if (value->string() != nullptr) all.push_back(*value->string());
  if (value->array() != nullptr)
    for (const Value& each : *value->array())
      if (each.string() != nullptr) all.push_back(*each.string());
  return all;
}

// Of the newest version is what did not end before it.
bool ended(const Value& value) {
  return value.find("until") != nullptr;
}

}  // namespace

std::vector<DeniedCalls> denied_calls(Engine engine) {
  std::vector<DeniedCalls> all;
  const Value root = document::json::parse(embedded_data(engine), name_of(engine));
  const Value* const groups = root.find("denied");
  if (groups == nullptr || groups->array() == nullptr) return all;
  for (const Value& group : *groups->array()) {
    if (ended(group)) continue;
    DeniedCalls denied{join(texts(group.find("reason")), " "), texts(group.find("names"))};
    if (const Value* const changes = group.find("changes"); changes != nullptr && changes->array() != nullptr)
      for (const Value& change : *changes->array())
        if (!ended(change))
          for (std::string& name : texts(change.find("names"))) denied.names.push_back(std::move(name));
    all.push_back(std::move(denied));
  }
  return all;
}

}  // namespace scrim::defaults
