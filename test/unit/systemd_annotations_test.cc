// SPDX-License-Identifier: Apache-2.0
#include "launcher/cgroup/systemd_annotations.h"

#include <catch2/catch.hpp>

#include "libprofile/error.h"
#include "libprofile/text.h"

using namespace scrim;
using document::json::Value;

namespace {

// The one property that an annotation makes, as JSON; or the error.
std::string property(const std::string& name, const std::string& value) {
  try {
    const Value::Array made = cgroup::systemd_properties_of({{concat("org.systemd.property.", name), value}});
    return made.size() == 1 ? document::json::to_text(made.front()) : concat(made.size());
  } catch (const Error& error) {
    return error.what();
  }
}

std::string json(const std::string& name, const std::string& type, const std::string& value) {
  return concat(R"({"name":")", name, R"(","type":")", type, R"(","value":)", value, "}");
}

}  // namespace

TEST_CASE("annotations become a unit's properties, in GVariant's text form", "[systemd]") {
  CHECK(property("TasksMax", "uint64 5") == json("TasksMax", "t", "5"));
  CHECK(property("A", "true") == json("A", "b", "true"));
  CHECK(property("CollectMode", "'inactive-or-failed'") ==
        json("CollectMode", "s", "\"inactive-or-failed\""));
  CHECK(property("A", "\"x y\"") == json("A", "s", "\"x y\""));
  CHECK(property("A", "-7") == json("A", "i", "-7"));
  CHECK(property("A", "uint32 7") == json("A", "u", "7"));
  CHECK(property("A", "int64 -7") == json("A", "x", "-7"));
  CHECK(property("After", "['a.service', 'b.service']") ==
        json("After", "as", R"(["a.service","b.service"])"));
  CHECK(property("After", "[]") == json("After", "as", "[]"));
  CHECK(cgroup::systemd_properties_of({{"org.systemd.property", "x"}, {"other", "y"}}).empty());
}

TEST_CASE("seconds become the microseconds that D-Bus has", "[systemd]") {
  CHECK(property("TimeoutStopSec", "uint64 7") == json("TimeoutStopUSec", "t", "7000000"));
  CHECK(property("TimeoutStopSec", "1.5") == json("TimeoutStopUSec", "t", "1500000"));
  CHECK(property("TimeoutStopUSec", "uint64 7") == json("TimeoutStopUSec", "t", "7"));
  for (const char* bad : {"-1", "'7'", "uint64 18446744073709551615", "double inf", "double nan"})
    CHECK(property("TimeoutStopSec", bad).find("is no value as") != std::string::npos);
}

TEST_CASE("what is no value, or no name, is told with the annotation", "[systemd]") {
  for (const char* bad : {"", "many", "uint64 many", "uint64 -1", "uint64 18446744073709551616", "'open",
                          "'a' 'b'", "['a' 'b']", "['a',,]", "[", "]", "'a\\'", "4294967296", "@as []"}) {
    CAPTURE(bad);
    CHECK(property("TasksMax", bad).find("annotation org.systemd.property.TasksMax: ") == 0);
  }
  CHECK(property("Tasks.Max", "true") ==
        "annotation org.systemd.property.Tasks.Max: a property's name has letters alone");
  CHECK(property("", "true").find("a property's name has letters alone") != std::string::npos);
}
