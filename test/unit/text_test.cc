// SPDX-License-Identifier: Apache-2.0
#include "libprofile/text.h"

#include <catch2/catch.hpp>

using namespace scrim;

TEST_CASE("concat writes strings, characters and numbers") {
  CHECK(concat("a", 'b', std::string("c"), 1, std::uint64_t{18446744073709551615U}, -2) ==
        "abc118446744073709551615-2");
  CHECK(concat().empty());
}

TEST_CASE("join puts the separator between the pieces only") {
  const std::vector<std::string> three{"a", "b", "c"};
  CHECK(join(three) == "a, b, c");
  CHECK(join(three, "/") == "a/b/c");
  CHECK(join(std::vector<std::string>{"a"}) == "a");
  CHECK(join(std::vector<std::string>{}).empty());
  CHECK(join(std::vector<std::string>{"", ""}) == ", ");
}

TEST_CASE("split keeps empty pieces") {
  CHECK(split("a//b", '/') == std::vector<std::string_view>{"a", "", "b"});
  CHECK(split("", '/') == std::vector<std::string_view>{""});
  CHECK(split("/", '/') == std::vector<std::string_view>{"", ""});
}

TEST_CASE("the nearest name is found for typos") {
  const std::vector<std::string_view> names{"clock_gettime", "clock_settime", "open",
                                            "openat",        "read",          "write"};
  CHECK(nearest_name("clock_get_time", names) == "clock_gettime");
  CHECK(nearest_name("opne", names) == "open");   // neighbours swapped count once
  CHECK(nearest_name("opena", names) == "open");  // the first of equally near ones
  CHECK(nearest_name("raed", names) == "read");
  CHECK(nearest_name("wrte", names) == "write");
  CHECK(nearest_name("openat", names) == "openat");
}

TEST_CASE("another word has no nearest name") {
  const std::vector<std::string_view> names{"clock_gettime", "open", "read"};
  CHECK(nearest_name("keyctl", names).empty());
  CHECK(nearest_name("", names).empty());
  CHECK(nearest_name("opxx", names).empty());
  CHECK(nearest_name("open", std::vector<std::string_view>{}).empty());
  CHECK(nearest_name(std::string(1'000'000, 'x'), names).empty());
}
