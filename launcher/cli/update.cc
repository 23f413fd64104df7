// SPDX-License-Identifier: Apache-2.0
#include "launcher/runtime/update.h"

#include <array>
#include <charconv>
#include <optional>

#include "launcher/cli/container_options.h"
#include "launcher/options/options.h"
#include "launcher/os/fd.h"
#include "libprofile/document/file.h"
#include "libprofile/error.h"
#include "libprofile/text.h"

namespace scrim::cli {

namespace {

using document::json::Value;

enum class Kind { number, size, text };

struct Option {
  const char* name;
  const char* object;  // of linux.resources
  const char* member;
  Kind kind;
  const char* help;
};

constexpr std::array<Option, 14> options{{
    {"--memory", "memory", "limit", Kind::size, "most memory: bytes, or with a unit (20M); -1: no limit"},
    {"--memory-swap", "memory", "swap", Kind::size, "most memory and swap together; -1: no limit"},
    {"--memory-reservation", "memory", "reservation", Kind::size, "memory that is not reclaimed first"},
    {"--cpu-period", "cpu", "period", Kind::number, "period of the processor's quota, in microseconds"},
    {"--cpu-quota", "cpu", "quota", Kind::number, "processor time within a period, in microseconds"},
    {"--cpu-burst", "cpu", "burst", Kind::number, "quota that may be saved up, in microseconds"},
    {"--cpu-share", "cpu", "shares", Kind::number, "weight among containers (1024 is usual)"},
    {"--cpu-rt-period", "cpu", "realtimePeriod", Kind::number,
     "period for realtime processes, in microseconds"},
    {"--cpu-rt-runtime", "cpu", "realtimeRuntime", Kind::number, "their time within it, in microseconds"},
    {"--cpu-idle", "cpu", "idle", Kind::number, "1: run only when nothing else does (SCHED_IDLE); 0: usual"},
    {"--cpuset-cpus", "cpu", "cpus", Kind::text, "processors to use (0-3,7)"},
    {"--cpuset-mems", "cpu", "mems", Kind::text, "memory nodes to use"},
    {"--blkio-weight", "blockIO", "weight", Kind::number, "weight of input and output, 10 to 1000"},
    {"--pids-limit", "pids", "limit", Kind::number, "most processes; -1: no limit"},
}};

Value value_of(const Option& option, const std::string& text) {
  if (option.kind == Kind::text) return Value(Value::Data(text));
  std::optional<std::int64_t> number;
  std::int64_t plain = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), plain);
  if (error == std::errc() && end == text.data() + text.size()) number = plain;
  if (!number && option.kind == Kind::size) number = runtime::size_in_bytes(text);
  if (!number)
    throw Error(
        concat("scrim update: ", option.name, ": ",
               option.kind == Kind::size ? "bytes, or a size as 20M, expected" : "an integer expected",
               ", not \"", text, "\""));
  return Value(Value::Data(*number));
}

}  // namespace

int update_command(const Context& context, const Arguments& arguments) {
  Options app("Changes the limits of a container.", "scrim update");
  std::string id;
  std::string file;
  std::array<std::string, options.size()> values;
  std::string kernel_memory;
  std::string schema;
  app.add_option("container-id", id, "the container's name").required();
  app.add_option(
      "-r,--resources", file,
      "file with what to change, as linux.resources in config.json; -: standard input. Zeros are no "
      "change, and the other options are not looked at");
  for (std::size_t at = 0; at < options.size(); ++at)
    app.add_option(options[at].name, values[at], options[at].help);
  const auto& ignored = app.add_option("--kernel-memory,--kernel-memory-tcp", kernel_memory).hidden();
  const auto& rdt = app.add_option("--l3-cache-schema,--mem-bw-schema", schema, "not supported (Intel RDT)");
  app.parse(arguments);
  if (rdt.count() != 0)
    throw Error("scrim update: Intel RDT (--l3-cache-schema, --mem-bw-schema) is not supported");
  if (ignored.count() != 0)
    context.log.warning("--kernel-memory is ignored: Linux has no limit of its own for it any more");

  Value resources{Value::Data(Value::Object{})};
  if (!file.empty()) {
    const std::string text = file == "-" ? document::read_standard_input() : document::read_text(file);
    if (file == "-") file = "standard input";
    resources = document::json::parse(text, file);
  } else {
    file = "scrim update";
    for (std::size_t at = 0; at < options.size(); ++at) {
      if (values[at].empty()) continue;
      Value object;
      if (const Value* known = resources.find(options[at].object)) object = *known;
      object.set(options[at].member, value_of(options[at], values[at]));
      resources.set(options[at].object, std::move(object));
    }
  }
  runtime::update(runtime::Store(context.root()), id, resources, file, warn_to(context));
  return 0;
}

}  // namespace scrim::cli
