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

TEST_CASE("names of others cannot command a terminal") {
  CHECK(printable("web\033[2Jü\x7f\n\t\r") == "web\\x1b[2Jü\\x7f\\n\\t\\r");
  CHECK(printable(std::string_view("a\0b", 3)) == "a\\x00b");
  // CSI as a character and as a byte.
  CHECK(printable("\xc2\x9b"
                  "31m") == "\\u009b31m");
  CHECK(printable("\x9b"
                  "31m") == "\\x9b31m");
  CHECK(printable("\xc2") == "\\xc2");
  for (const char* const text : {"", "ü\xc2\xa0€", "\U0001f600", "C:\\web \"a\""})
    CHECK(printable(text) == text);
}

TEST_CASE("names of others are read in the order in which they stand") {
  const auto escape = [](std::string_view mark) { return printable(concat("a", mark, "b")); };
  CHECK(escape("\u061c") == "a\\u061cb");
  CHECK(escape("\u200e") == "a\\u200eb");
  CHECK(escape("\u200f") == "a\\u200fb");
  for (const char* const mark : {"\u2028", "\u2029", "\u202a", "\u202b", "\u202c", "\u202d", "\u202e",
                                 "\u2066", "\u2067", "\u2068", "\u2069"}) {
    CAPTURE(mark);
    CHECK(escape(mark).starts_with("a\\u20"));
    CHECK(escape(mark).size() == 8);
  }
  for (const char* const other : {"\u200d", "\u2010", "\u2027", "\u202f", "\u2065", "\u206a"})
    CHECK(escape(other) == concat("a", other, "b"));
}

TEST_CASE("quoted() cannot be left, and is short") {
  CHECK(quoted("a\"b\\c\n\u202e") == R"("a\"b\\c\n\u202e")");
  CHECK(quoted("").size() == 2);
  CHECK(quoted(std::string(80, 'a')) == concat("\"", std::string(80, 'a'), "\""));
  CHECK(quoted(std::string(81, 'a')) == concat("\"", std::string(80, 'a'), "...\""));
  CHECK(quoted(std::string(79, 'a') + "ü") == concat("\"", std::string(79, 'a'), "...\""));
  CHECK(quoted(std::string(500, 'a'), std::string::npos).size() == 502);
}

TEST_CASE("another word has no nearest name") {
  const std::vector<std::string_view> names{"clock_gettime", "open", "read"};
  CHECK(nearest_name("keyctl", names).empty());
  CHECK(nearest_name("", names).empty());
  CHECK(nearest_name("opxx", names).empty());
  CHECK(nearest_name("open", std::vector<std::string_view>{}).empty());
  CHECK(nearest_name(std::string(1'000'000, 'x'), names).empty());
}
