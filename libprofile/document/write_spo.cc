// SPDX-License-Identifier: Apache-2.0
#include <yaml-cpp/yaml.h>

#include "libprofile/document/json.h"
#include "libprofile/document/spo.h"
#include "libprofile/document/write_profile.h"
#include "libprofile/error.h"
#include "libprofile/text.h"

namespace scrim::document {

using json::Value;

namespace {

// Enough of JSON for a profile: names stand plain, what people write is in quotes, and short lists of names
// or numbers stand on one line.
void emit(YAML::Emitter& out, const Value& value);

struct Emit {
  YAML::Emitter& out;

  void operator()(std::nullptr_t) const { out << YAML::Null; }
  void operator()(bool value) const { out << value; }
  void operator()(std::int64_t value) const { out << value; }
  void operator()(std::uint64_t value) const { out << value; }
  void operator()(double value) const { out << value; }
  void operator()(const std::string& text) const {
    constexpr std::string_view plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789./-";
    // "no", "y" and digits would be something else.
    constexpr std::size_t shortest = 6;
    if (text.size() >= shortest && text.find_first_not_of(plain) == std::string::npos &&
        text.find_first_of("0123456789./-") != 0 && text != "false")
      out << text;
    else
      out << YAML::DoubleQuoted << text;
  }
  void operator()(const Value::Array& array) const {
    out << YAML::BeginSeq;
    for (const Value& each : array) emit(out, each);
    out << YAML::EndSeq;
  }
  void operator()(const Value::Object& object) const {
    out << YAML::BeginMap;
    for (const json::Member& each : object) {
      out << YAML::Key << each.name << YAML::Value;
      emit(out, each.value);
    }
    out << YAML::EndMap;
  }
};

void emit(YAML::Emitter& out, const Value& value) {
  std::visit(Emit{out}, value.data());
}

}  // namespace

std::string to_spo_yaml(const OciSeccomp& seccomp, std::string_view name) {
  constexpr std::uint16_t eperm = 1;
  if (seccomp.header.default_errno_ret.value_or(eperm) != eperm)
    throw Error(concat(seccomp.file, ": a SeccompProfile (v1beta1) cannot say that the default errno is ",
                       *seccomp.header.default_errno_ret));
  Value spec = to_json(seccomp);
  spec.erase("defaultErrnoRet");
  if (Value* const rules = spec.find("syscalls"))
    for (Value& rule : *rules->array())
      if (Value* const number = rule.find("errnoRet"))  // text there
        *number = Value(std::to_string(*number->unsigned_integer()));
  Value metadata;
  metadata.set("name", Value(std::string(name)));
  Value document;
  document.set("apiVersion", Value(std::string("security-profiles-operator.x-k8s.io/v1beta1")));
  document.set("kind", Value(std::string("SeccompProfile")));
  document.set("metadata", std::move(metadata));
  document.set("spec", std::move(spec));
  YAML::Emitter out;
  emit(out, document);
  if (!out.good()) throw Error(concat(seccomp.file, ": write it as YAML: ", out.GetLastError()));
  return concat(out.c_str(), "\n");
}

}  // namespace scrim::document
