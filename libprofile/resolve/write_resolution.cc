// SPDX-License-Identifier: Apache-2.0
#include "libprofile/document/write_profile.h"
#include "libprofile/error.h"
#include "libprofile/resolve/annotations.h"
#include "libprofile/resolve/bundle_request.h"
#include "libprofile/text.h"

namespace scrim::resolve {

namespace {

using document::json::Value;

// The member as an object, made if it is missing.
Value& object_member(Value& parent, std::string_view name) {
  if (parent.find(name) == nullptr) parent.set(name, Value(Value::Object{}));
  Value& member = *parent.find(name);
  if (member.is_null()) member = Value(Value::Object{});
  if (member.object() == nullptr)
    throw Error(concat(name, " of config.json must be an object, not ", member.kind()));
  return member;
}

}  // namespace

void write_resolution(Value& config, const Resolution& resolution) {
  if (config.object() == nullptr) throw Error(concat("config.json must be an object, not ", config.kind()));
  if (resolution.floor)
    throw Error(concat(resolution.name, ": a profile and the floor cannot be said in one linux.seccomp ",
                       "(mend: let scrim be the runtime, alone or with crun as its delegate)"));
  // A profile that stays is not rewritten: it may have fields of a later runtime-spec for whoever reads it
  // next.
  if (!resolution.as_written) {
    Value& linux_part = object_member(config, "linux");
    // Of equal names Go takes the last and crun's parser the first: none may remain.
    linux_part.erase("seccomp");
    if (resolution.seccomp) linux_part.set("seccomp", document::to_json(*resolution.seccomp));
  }
  Value& annotations = object_member(config, "annotations");
  annotations.erase(resolved_annotation);
  annotations.erase(program_annotation);  // it would replace what was resolved
  annotations.set(resolved_annotation, Value(resolution.name));
}

}  // namespace scrim::resolve
