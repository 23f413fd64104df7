// SPDX-License-Identifier: Apache-2.0
#include "libprofile/document/yaml.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "libprofile/text.h"

using namespace scrim::document;
using json::Value;
using scrim::concat;

namespace {

std::string place(Position at) {
  return concat(at.line, ":", at.column);
}

// The documents as JSON, one after the other.
std::string as_json(std::string_view text) {
  std::string out;
  for (const Value& document : yaml::parse(text, "f")) out += (out.empty() ? "" : " ") + to_text(document);
  return out;
}

std::string refusal(std::string_view text) {
  try {
    (void)yaml::parse(text, "f");
  } catch (const DocumentError& error) {
    return error.what();
  }
  return "accepted";
}

// *name ten times over for each of `levels`.
std::string billion_laughs(unsigned levels, std::string_view first) {
  std::string text = concat("a0: &a0 ", first, "\n");
  for (unsigned level = 1; level <= levels; ++level) {
    text += concat("a", level, ": &a", level, " [");
    for (int i = 0; i < 10; ++i) text += concat(i == 0 ? "" : ", ", "*a", level - 1);
    text += "]\n";
  }
  return text;
}

}  // namespace

TEST_CASE("YAML becomes JSON's values") {
  CHECK(as_json("a: 1\nb:\n- x\n- {c: d, e: [f, 'g']}\n") == R"({"a":1,"b":["x",{"c":"d","e":["f","g"]}]})");
  CHECK(as_json("a: |\n  two\n  lines\nb: >-\n  one\n  line\n") == R"({"a":"two\nlines\n","b":"one line"})");
  CHECK(as_json("\"a\\u00e9\": \"\\t\"") == "{\"a\xc3\xa9\":\"\\t\"}");
  CHECK(as_json("\xef\xbb\xbf"
                "a: 1") == R"({"a":1})");
}

TEST_CASE("every YAML value knows where it starts") {
  const Value root =
      yaml::parse("# one\nkind: Pod\nspec:\n  list:\n  - name: a\n    x: [1, \"two\"]\r\n  y: \n", "f")
          .front();
  const Value::Object& members = *root.object();
  CHECK(place(root.position()) == "2:1");
  CHECK(place(members[0].at) == "2:1");
  CHECK(place(members[0].value.position()) == "2:7");
  const Value& spec = members[1].value;
  CHECK(place(spec.position()) == "4:3");
  const Value& element = spec.find("list")->array()->front();
  CHECK(place(element.position()) == "5:5");
  CHECK(place(element.find("name")->position()) == "5:11");
  CHECK(place((*element.find("x")->array())[1].position()) == "6:12");
}

TEST_CASE("several documents, empty ones left out") {
  CHECK(as_json("---\na: 1\n---\n---\n# nothing\n---\nb: 2\n...\n") == R"({"a":1} {"b":2})");
  CHECK(as_json("").empty());
  CHECK(as_json("# only a comment\n").empty());
  CHECK(yaml::parse("a: 1\n---\nb: 2\n", "f")[1].position().line == 3);
}

TEST_CASE("plain scalars mean what they mean to Kubernetes") {
  struct Row {
    const char* yaml;
    const char* json;
  };
  const Row row = GENERATE(
      Row{"true", "true"}, Row{"True", "true"}, Row{"yes", "true"}, Row{"on", "true"}, Row{"y", "true"},
      Row{"Off", "false"}, Row{"N", "false"}, Row{"tRue", "\"tRue\""}, Row{"'true'", "\"true\""},
      Row{"\"yes\"", "\"yes\""}, Row{"~", "null"}, Row{"null", "null"}, Row{"''", "\"\""}, Row{"0", "0"},
      Row{"-0", "0"}, Row{"12", "12"}, Row{"+12", "12"}, Row{"-12", "-12"}, Row{"0777", "511"},
      Row{"0o17", "15"}, Row{"0x1F", "31"}, Row{"-0x1F", "-31"}, Row{"0b101", "5"}, Row{"1_000", "1000"},
      Row{"08", "8.0"}, Row{"18446744073709551615", "18446744073709551615"},
      Row{"-9223372036854775808", "-9223372036854775808"}, Row{"1.5", "1.5"}, Row{".5", "0.5"},
      Row{"5.", "5.0"}, Row{"+1e3", "1000.0"}, Row{"1e", "\"1e\""}, Row{"1.2.3", "\"1.2.3\""},
      Row{"0x", "\"0x\""}, Row{"2001-12-14", "\"2001-12-14\""}, Row{"12:30", "\"12:30\""},
      Row{"!!str true", "\"true\""}, Row{"!!int \"7\"", "7"}, Row{"!!float 7", "7.0"},
      Row{"!!bool \"no\"", "false"}, Row{"! true", "\"true\""}, Row{"!mine 5", "\"5\""},
      Row{"10Mi", "\"10Mi\""});
  CAPTURE(row.yaml);
  CHECK(as_json(concat("- ", row.yaml)) == concat("[", row.json, "]"));
}

TEST_CASE("keys are strings, as JSON has them") {
  CHECK(as_json("{1: a, true: b, 0x10: c, 1.50: d, yes1: e}") ==
        R"({"1":"a","true":"b","16":"c","1.50":"d","yes1":"e"})");
  CHECK(refusal("~: a") == "f:1:1: a key that is null");
  CHECK(refusal("? [a]\n: b") == "f:1:3: a key that is no string");
  CHECK(refusal("? {a: b}\n: b") == "f:1:3: a key that is no string");
}

TEST_CASE("a key that a map has twice is an error") {
  CHECK(refusal("a:\n  b: 1\n  c: 2\n  b: 3\n") == "f:4:3: the key \"b\" is already set in this map");
  CHECK(refusal("{\"a\": 1, \"a\": 2}") == "f:1:10: the key \"a\" is already set in this map");
  CHECK(refusal("1: a\n0x1: b\n") == "f:2:1: the key \"1\" is already set in this map");
  CHECK(as_json("a: {b: 1}\nc: {b: 1}\n") == R"({"a":{"b":1},"c":{"b":1}})");
}

TEST_CASE("aliases are copies that keep their place") {
  const Value root = yaml::parse("a: &x\n  b: 1\nc: *x\nd: [*x]\n", "f").front();
  CHECK(to_text(root) == R"({"a":{"b":1},"c":{"b":1},"d":[{"b":1}]})");
  CHECK(place(root.find("c")->find("b")->position()) == "2:6");
  CHECK(as_json("- &k key\n- *k : 1\n") == R"(["key",{"key":1}])");
  CHECK(as_json("a: &x 1\n---\nb: &x 2\nc: *x\n") == R"({"a":1} {"b":2,"c":2})");
  CHECK(refusal("a: &x [*x]").starts_with("f:1:8: an alias of the value that it is a part of"));
  CHECK(refusal("a: *nobody").starts_with("f:1:4: not YAML: "));
  CHECK(refusal("a: &x 1\n---\nb: *x\n").starts_with("f:3:4: not YAML: "));
}

TEST_CASE("<< merges maps") {
  CHECK(as_json("a: &x {b: 1, c: 2}\nd:\n  <<: *x\n  c: 3\n") == R"({"a":{"b":1,"c":2},"d":{"b":1,"c":3}})");
  CHECK(as_json("<<: [{a: 1}, {a: 2, b: 3}]") == R"({"a":1,"b":3})");
  CHECK(as_json("'<<': 1") == R"({"<<":1})");
  CHECK(refusal("<<: 1").starts_with("f:1:5: << merges maps"));
  CHECK(refusal("<<: [1]").starts_with("f:1:5: << merges maps"));
  CHECK(refusal("<<: {a: 1}\n<<: {b: 1}").starts_with("f:2:1: the key \"<<\" is already set"));
  CHECK(refusal("a: 1\n<<: {a: 2}").starts_with("f:2:5: << merges the key \"a\", which stands above it"));
  CHECK(refusal("<<: {a: 1}\na: 2\na: 3\n") == "f:3:1: the key \"a\" is already set in this map");
}

TEST_CASE("JSON is read as JSON") {
  CHECK(as_json("\n {\"a\": \"\\ud83d\\ude00 \\/\", \"b\":[1,2.50]}") ==
        "{\"a\":\"\xf0\x9f\x98\x80 /\",\"b\":[1,2.5]}");
  CHECK(refusal("{\"a\": 1,, }").starts_with("f:1:9: not JSON: "));
  CHECK(as_json("{a: b}") == R"({"a":"b"})");
  CHECK(as_json("{\"a\": 1}\n---\n{\"b\": 2}\n") == R"({"a":1} {"b":2})");
}

TEST_CASE("broken YAML is an error with its place") {
  CHECK(refusal("a: [1\n").starts_with("f:2:1: not YAML: "));
  CHECK(refusal("a: b: c").starts_with("f:1:5: not YAML: "));
  CHECK(refusal("a: 1\n\tb: 2").starts_with("f:2:"));
  CHECK(refusal("- .inf") == "f:1:3: \".inf\" is a number that JSON does not have");
  CHECK(refusal("- !!int x") == "f:1:3: \"x\" is no \"tag:yaml.org,2002:int\"");
  CHECK(refusal(std::string_view("a: \0", 4)).starts_with("f:1:4: not YAML: the byte 0x0 "));
  CHECK(refusal("a: x\n \x1b[31m").starts_with("f:2:2: not YAML: the byte 0x1b "));
  CHECK(refusal("\"\\e[31m\": 1\n\"\\e[31m\": 2\n") ==
        "f:2:1: the key \"\\x1b[31m\" is already set in this map");
  for (const char* bytes :
       {"\xff", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82", "\xf0\x80\x80\x80"}) {
    CAPTURE(bytes);
    CHECK(refusal(concat("a: ", bytes)).starts_with("f:1:4: not YAML: the byte "));
  }
}

TEST_CASE("hostile YAML ends soon, with an error") {
  CHECK(as_json(billion_laughs(2, "lol")).size() > 500);
  CHECK(refusal(billion_laughs(30, "lol")).find("more than the 1000000 values that are read") !=
        std::string::npos);
  CHECK(refusal(billion_laughs(9, std::string(100'000, 'x'))).find("bytes of text that are read") !=
        std::string::npos);
  CHECK(refusal(std::string(json::max_depth, '[') + std::string(json::max_depth, ']')) == "accepted");
  CHECK(refusal(std::string(json::max_depth + 1, '[') + std::string(json::max_depth + 1, ']'))
            .find("nested deeper than the 128 levels") != std::string::npos);
  CHECK(refusal(std::string(1'000'000, '[')).starts_with("f:1:"));
  CHECK(refusal(std::string(1'000'000, '{')).starts_with("f:1:"));
  const std::string many(yaml::max_indicators + 1, '[');
  CHECK(refusal(many).starts_with("f:1:262145: more than 262144 of [{,?:!&*\"' in one value"));
  CHECK(refusal(many.substr(1)).find("in one value") == std::string::npos);
  // What yaml-cpp keeps until it has seen the end of them all.
  for (const std::string_view piece : {"? ", "!a ", "a: ", "\"\":", "&a ", "*a ", "'' "}) {
    CAPTURE(piece);
    std::string text = "[";
    while (text.size() + piece.size() < yaml::max_size) text += piece;
    CHECK(refusal(text).find("more than 262144 of ") != std::string::npos);
  }
  // Not where what was read is handed on.
  std::string entries;
  for (std::size_t i = 0; i < 40'000; ++i) entries += concat("k", i, ": {a: [1, 2], b: [3, 4]}\n");
  CHECK(refusal(entries) == "accepted");
  std::string deep;
  for (unsigned level = 0; level < 2'000; ++level) deep += "- ";
  CHECK(refusal(deep).starts_with("f:1:"));
  // Each level is allowed; together they are not.
  std::string chain = "a0: &a0 1\n";
  for (unsigned level = 1; level <= json::max_depth; ++level)
    chain += concat("a", level, ": &a", level, " [*a", level - 1, "]\n");
  CHECK(refusal(chain).find("nested deeper than the 128 levels") != std::string::npos);
  CHECK(refusal(std::string(yaml::max_size + 1, ' ')) ==
        "f: more than the 4194304 bytes of YAML that are read");
}
