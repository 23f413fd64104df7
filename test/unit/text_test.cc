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

TEST_CASE("what is not UTF-8 is replaced") {
  for (const char* const text : {"", "sleep", "\u00e9\u20ac", "\U0001f600", "\U0010ffff"})
    CHECK(utf8(text) == text);
  const std::string bad = "\xef\xbf\xbd";
  CHECK(utf8("a\xff"
             "b") == "a" + bad + "b");
  CHECK(utf8("\xc3") == bad);
  CHECK(utf8("\xc0\x80") == bad + bad);
  CHECK(utf8("\xed\xa0\x80") == bad + bad + bad);
  CHECK(utf8("\xf4\x90\x80\x80") == bad + bad + bad + bad);
}

TEST_CASE("another word has no nearest name") {
  const std::vector<std::string_view> names{"clock_gettime", "open", "read"};
  CHECK(nearest_name("keyctl", names).empty());
  CHECK(nearest_name("", names).empty());
  CHECK(nearest_name("opxx", names).empty());
  CHECK(nearest_name("open", std::vector<std::string_view>{}).empty());
  CHECK(nearest_name(std::string(1'000'000, 'x'), names).empty());
}
