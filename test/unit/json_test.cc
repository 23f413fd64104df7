// SPDX-License-Identifier: Apache-2.0
#include "libprofile/document/json.h"

#include <catch2/catch.hpp>
#include <string>

using namespace scrim::document;
using json::Value;

namespace {

// "line:column"
std::string place(Position at) {
  return std::to_string(at.line) + ":" + std::to_string(at.column);
}

// The message of the error that parsing gives.
std::string refusal(std::string_view text) {
  try {
    (void)json::parse(text, "f");
  } catch (const DocumentError& error) {
    return error.what();
  }
  return "accepted";
}

}  // namespace

TEST_CASE("every JSON value knows where it starts") {
  const Value root = json::parse("{\"a\": [1, -2.5, true,\n  null, \"x\"],\n\t\"b\":{}}", "f");
  CHECK(place(root.position()) == "1:1");
  const Value::Object& members = *root.object();
  REQUIRE(members.size() == 2);
  CHECK(place(members[0].at) == "1:2");
  const Value::Array& array = *members[0].value.array();
  CHECK(place(members[0].value.position()) == "1:7");
  REQUIRE(array.size() == 5);
  CHECK(place(array[0].position()) == "1:8");
  CHECK(place(array[1].position()) == "1:11");
  CHECK(place(array[2].position()) == "1:17");
  CHECK(place(array[3].position()) == "2:3");
  CHECK(place(array[4].position()) == "2:9");
  CHECK(place(members[1].at) == "3:2");
  CHECK(place(members[1].value.position()) == "3:6");
}

TEST_CASE("positions are right after comments") {
  const Value root = json::parse(
      "// one, \"not a value\": 1\n/* two\n lines **/ [ /*/ 5, */ 6 // :,\n , /**/ 7, // last\n 8]// end\n/* "
      "more */",
      "f");
  const Value::Array& array = *root.array();
  CHECK(place(root.position()) == "3:12");
  REQUIRE(array.size() == 3);
  CHECK(place(array[0].position()) == "3:24");
  CHECK(place(array[1].position()) == "4:9");
  CHECK(place(array[2].position()) == "5:2");
}

TEST_CASE("a slash inside a string is no comment") {
  const Value root = json::parse("[\"// no\", \"/* no\", \"a\\\"//\", 1]", "f");
  REQUIRE(root.array()->size() == 4);
  CHECK(*(*root.array())[2].string() == "a\"//");
  CHECK(place((*root.array())[3].position()) == "1:29");
}

TEST_CASE("positions count CRLF as one line end and UTF-8 in bytes") {
  const Value root = json::parse("[\r\n \"h\xc3\xa9\", 1,\r\n\r\n 2]", "f");
  const Value::Array& array = *root.array();
  CHECK(place(array[0].position()) == "2:2");
  CHECK(place(array[1].position()) == "2:9");
  CHECK(place(array[2].position()) == "4:2");
}

TEST_CASE("positions are right for nested and empty containers") {
  const Value root = json::parse("[[],[[ ]],{},{\"a\":[{}]} ,9]", "f");
  const Value::Array& array = *root.array();
  CHECK(place(array[0].position()) == "1:2");
  CHECK(place(array[1].position()) == "1:5");
  CHECK(place((*array[1].array())[0].position()) == "1:6");
  CHECK(place(array[2].position()) == "1:11");
  CHECK(place(array[3].find("a")->position()) == "1:19");
  CHECK(place((*array[3].find("a")->array())[0].position()) == "1:20");
  CHECK(place(array[4].position()) == "1:26");
}

TEST_CASE("integers keep 64 bits") {
  const Value root = json::parse(
      "[18446744073709551615, 9223372036854775808, -9223372036854775808, 0, -0, 4294967296, -1]", "f");
  const Value::Array& array = *root.array();
  CHECK(array[0].unsigned_integer() == UINT64_MAX);
  CHECK_FALSE(array[0].signed_integer());
  CHECK(array[1].unsigned_integer() == std::uint64_t{1} << 63);
  CHECK(array[2].signed_integer() == INT64_MIN);
  CHECK_FALSE(array[2].unsigned_integer());
  CHECK(array[3].unsigned_integer() == 0);
  CHECK(array[4].unsigned_integer() == 0);
  CHECK(array[5].unsigned_integer() == std::uint64_t{1} << 32);
  CHECK_FALSE(array[6].unsigned_integer());
  CHECK(array[6].signed_integer() == -1);
}

TEST_CASE("a number that no integer holds is not taken for one") {
  const Value root = json::parse("[18446744073709551616, 1.0, 1e3, -9223372036854775809]", "f");
  for (const Value& each : *root.array()) {
    CHECK(each.kind() == "a number");
    CHECK_FALSE(each.unsigned_integer());
    CHECK_FALSE(each.signed_integer());
  }
  CHECK(std::get<double>((*json::parse("[184467440737095516155]", "f").array())[0].data()) ==
        184467440737095516155.0);
  CHECK(std::get<double>((*json::parse("[-2.5e-3]", "f").array())[0].data()) == -0.0025);
  CHECK(refusal("[1,\n 1e-999]").starts_with("f:2:2: not JSON: "));
  CHECK(refusal("[1,\n 1e999]").starts_with("f:2:2: not JSON: "));
}

TEST_CASE("broken JSON is refused where it breaks") {
  CHECK(refusal("").starts_with("f:1:1: not JSON: "));
  CHECK(refusal(" \n ").starts_with("f:2:2: not JSON: "));
  CHECK(refusal("{\"a\":1,\n  \"b\" 2}").starts_with("f:2:7: not JSON: "));
  CHECK(refusal("[1,\n2,\n").starts_with("f:3:1: not JSON: "));
  CHECK(refusal("[1,]").starts_with("f:1:4: not JSON: "));
  CHECK(refusal("{\"a\":1,}").starts_with("f:1:8: not JSON: "));
  CHECK(refusal("[1 2]").starts_with("f:1:4: not JSON: "));
  CHECK(refusal("{a: 1}").starts_with("f:1:2: not JSON: "));
  CHECK(refusal("[tru]").starts_with("f:1:"));
  CHECK(refusal("[01]").starts_with("f:1:"));
  CHECK(refusal("[\"abc").starts_with("f:1:"));
  CHECK(refusal("[1] [2]").starts_with("f:1:5: not JSON: "));
  CHECK(refusal("[1]\n/* open").starts_with("f:2:"));
  CHECK(refusal("[NaN]").starts_with("f:1:2: "));
}

TEST_CASE("strings that are no text are refused") {
  CHECK(refusal("[\"\xff\"]").starts_with("f:1:"));          // no UTF-8
  CHECK(refusal("[\"\xc0\xaf\"]").starts_with("f:1:"));      // overlong
  CHECK(refusal("[\"\xed\xa0\x80\"]").starts_with("f:1:"));  // a surrogate
  CHECK(refusal("[\"\\ud800\"]").starts_with("f:1:"));       // half a pair
  CHECK(refusal("[\"a\nb\"]").starts_with("f:1:"));          // a raw control character
  CHECK(refusal("[\"\\x41\"]").starts_with("f:1:"));         // an unknown escape
  CHECK(*(*json::parse("[\"\\ud83d\\ude00\\u0000\"]", "f").array())[0].string() ==
        std::string("\xf0\x9f\x98\x80\0", 5));
}

TEST_CASE("a NUL byte does not end the document") {
  CHECK(refusal(std::string_view("[1]\0[2]", 7)) == "f:1:4: not JSON: a NUL byte");
  CHECK(refusal(std::string_view("[1]\n\0", 5)) == "f:2:1: not JSON: a NUL byte");
  CHECK(refusal(std::string_view("[1,\0 2]", 7)).starts_with("f:1:4: not JSON: "));
  CHECK(refusal(std::string_view("[\"a\0b\"]", 7)).starts_with("f:1:"));
  CHECK(refusal(std::string_view("[1] // a\0b\n", 11)).starts_with("f:1:"));
  CHECK(refusal(std::string_view("\0", 1)).starts_with("f:1:1: not JSON: "));
}

TEST_CASE("a byte order mark is named") {
  CHECK(refusal("\xef\xbb\xbf{}").starts_with("f:1:1: not JSON: it begins with a byte order mark"));
}

TEST_CASE("nesting is accepted up to its limit and refused beyond it") {
  const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  CHECK(refusal(nested(json::max_depth)) == "accepted");
  CHECK(refusal(nested(json::max_depth + 1)) == "f:1:129: nested deeper than the 128 levels that are read");
  CHECK(refusal(std::string(1'000'000, '[')) == "f:1:129: nested deeper than the 128 levels that are read");
  std::string objects;
  for (int i = 0; i < 100'000; ++i) objects += "{\"a\":\n";
  CHECK(refusal(objects) == "f:129:1: nested deeper than the 128 levels that are read");
}

TEST_CASE("the number of values is bounded") {
  std::string text = "[";
  for (std::size_t i = 1; i < json::max_values; ++i) text += "0,";
  CHECK(refusal(text + "0]") == "f:1:2000000: more than the 1000000 values that are read");
  text.back() = ']';
  CHECK(refusal(text) == "accepted");
}

TEST_CASE("of equal names the last one counts") {
  const Value root = json::parse("{\"a\":1,\"b\":2,\"a\":3}", "f");
  CHECK(root.find("a")->unsigned_integer() == 3);
  CHECK(root.find("c") == nullptr);
  CHECK(Value().find("a") == nullptr);
}

TEST_CASE("a member can be set, replaced and erased") {
  Value root;
  root.set("a", Value(std::uint64_t{1}));
  root.set("b", Value(std::string("x")));
  root.set("a", Value(true));
  CHECK(json::to_text(root) == "{\"a\":true,\"b\":\"x\"}");
  root = json::parse("{\"a\":1,\"b\":2,\"a\":3}", "f");
  root.erase("a");
  CHECK(json::to_text(root) == "{\"b\":2}");
}

TEST_CASE("what is printed reads back the same") {
  const std::string text =
      "{\"a\":[1,-1,18446744073709551615,1.5,\"\\u0000\\n\\\"\\u001F/\",null,true],\"b\":{},\"c\":[]}";
  const Value root = json::parse(text, "f");
  CHECK(json::to_text(root) == text);
  CHECK(json::to_text(json::parse(json::to_text(root, 2), "f")) == text);
  CHECK(json::to_text(json::parse("{\"a\":[1]}", "f"), 2) == "{\n  \"a\": [\n    1\n  ]\n}");
}
