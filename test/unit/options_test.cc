// SPDX-License-Identifier: Apache-2.0
// The command line: options as runc and getopt(3) write them.
#include "launcher/options/options.h"

#include <catch2/catch.hpp>

#include "libprofile/text.h"

using namespace scrim;
using namespace scrim::cli;

namespace {

struct Parsed {
  std::string id, bundle, format = "table", error;
  std::vector<std::string> words, names;
  std::vector<unsigned> groups;
  int number = 7;
  bool detach = false, tty = false;
  Arguments rest;
};

enum class Form { plain, stops, unknown, stops_at_unknown };

Parsed parse(const Arguments& arguments, Form form = Form::plain) {
  Parsed parsed;
  Options app("About.", "scrim x");
  if (form == Form::plain) {
    app.add_option("container-id", parsed.id).required();
    app.add_option("command", parsed.words).to_the_end();
  }
  app.add_option("-b,--bundle DIR", parsed.bundle, "where");
  app.add_option("--format", parsed.format).one_of({"table", "json"});
  app.add_option("--name", parsed.names).delimiter(',');
  app.add_option("-g,--group", parsed.groups);
  app.add_option("--number", parsed.number);
  app.add_flag("-d,--detach", parsed.detach);
  app.add_flag("-t,--tty", parsed.tty);
  if (form == Form::stops || form == Form::stops_at_unknown) app.stop_at_first_word();
  if (form == Form::unknown || form == Form::stops_at_unknown) app.allow_unknown();
  try {
    app.parse(arguments);
  } catch (const UsageError& error) {
    parsed.error = error.what();
  }
  parsed.rest = app.rest();
  return parsed;
}

std::string error_of(const Arguments& arguments) {
  return parse(arguments).error;
}

}  // namespace

TEST_CASE("an option's value is the next word, or stands behind it", "[options]") {
  for (const Arguments& arguments :
       {Arguments{"--bundle", "/b", "c"}, Arguments{"--bundle=/b", "c"}, Arguments{"-b", "/b", "c"},
        Arguments{"-b/b", "c"}, Arguments{"-b=/b", "c"}, Arguments{"c", "--bundle", "/b"},
        Arguments{"-bundle", "/b", "c"}, Arguments{"-bundle=/b", "c"},
        Arguments{"-b", "/a", "-b", "/b", "c"}}) {
    CAPTURE(arguments);
    const Parsed parsed = parse(arguments);
    CHECK(parsed.error.empty());
    CHECK(parsed.bundle == "/b");
    CHECK(parsed.id == "c");
  }
  CHECK(parse({"--number", "-1", "c"}).number == -1);
  CHECK(parse({"--bundle=a=b", "c"}).bundle == "a=b");
  CHECK(parse({"--bundle=", "c"}).bundle.empty());
  CHECK(parse({"--bundle", "--detach", "c"}).bundle == "--detach");
}

TEST_CASE("flags stand alone, together, or say true or false", "[options]") {
  CHECK(parse({"-dt", "c"}).tty);
  CHECK(parse({"-dt", "c"}).detach);
  CHECK(parse({"-dtb", "/b", "c"}).bundle == "/b");
  CHECK(parse({"-dtb/b", "c"}).bundle == "/b");
  CHECK(parse({"--detach=true", "c"}).detach);
  CHECK_FALSE(parse({"--detach", "--detach=false", "c"}).detach);
  CHECK(error_of({"--detach=maybe", "c"}) ==
        "scrim x: --detach: true or false expected, not \"maybe\" (see scrim x --help)");
}

TEST_CASE("a list grows by each of its options", "[options]") {
  CHECK(parse({"--name", "a,b", "--name=c", "x"}).names == std::vector<std::string>{"a", "b", "c"});
  CHECK(parse({"-g", "1", "-g2", "x"}).groups == std::vector<unsigned>{1, 2});
}

TEST_CASE("a command's words are its own", "[options]") {
  CHECK(parse({"c", "ls", "-d", "--", "x"}).words == std::vector<std::string>{"ls", "-d", "--", "x"});
  CHECK(parse({"c", "--", "-d"}).words == std::vector<std::string>{"-d"});
  CHECK_FALSE(parse({"c", "--", "-d"}).detach);
  CHECK(parse({"--", "-c"}).id == "-c");
  CHECK(parse({"-", "x"}).id == "-");
  const Parsed stopped = parse({"-d", "run", "-d", "--help"}, Form::stops);
  CHECK(stopped.detach);
  CHECK(stopped.rest == Arguments{"run", "-d", "--help"});
  CHECK(parse({"--", "run"}, Form::stops).rest == Arguments{"--", "run"});
  CHECK(parse({"--bogus", "-x", "y"}, Form::unknown).rest == Arguments{"--bogus", "-x", "y"});
}

TEST_CASE("another program's option ends those that are known", "[options]") {
  const Parsed parsed = parse({"-d", "--bundle=/b", "--other", "x", "-t"}, Form::stops_at_unknown);
  CHECK(parsed.detach);
  CHECK(parsed.bundle == "/b");
  CHECK_FALSE(parsed.tty);
  CHECK(parsed.rest == Arguments{"--other", "x", "-t"});
  CHECK(parse({"-dt", "run"}, Form::stops_at_unknown).rest == Arguments{"run"});
}

TEST_CASE("true and false are written as Go's flags take them", "[options]") {
  for (const char* yes : {"1", "t", "T", "TRUE", "true", "True"})
    CHECK(parse({concat("--detach=", yes), "c"}).detach);
  for (const char* no : {"0", "f", "F", "FALSE", "false", "False"})
    CHECK_FALSE(parse({"--detach", concat("--detach=", no), "c"}).detach);
  CHECK(error_of({"--detach=", "c"}).find("true or false expected, not \"\"") != std::string::npos);
}

TEST_CASE("wrong use is told with what was meant", "[options]") {
  CHECK(error_of({}) == "scrim x: container-id is required (see scrim x --help)");
  CHECK(error_of({"c", "--bundel", "/b"}) ==
        "scrim x: unknown option --bundel; did you mean --bundle? (see scrim x --help)");
  CHECK(error_of({"-z", "c"}) == "scrim x: unknown option -z (see scrim x --help)");
  CHECK(error_of({"-dz", "c"}) == "scrim x: unknown option -dz (see scrim x --help)");
  CHECK(error_of({"c", "--bundle"}) == "scrim x: --bundle needs a value (see scrim x --help)");
  CHECK(error_of({"-g", "x", "c"}) == "scrim x: --group: a number expected, not \"x\" (see scrim x --help)");
  CHECK(error_of({"-g", "-1", "c"}) ==
        "scrim x: --group: a number expected, not \"-1\" (see scrim x --help)");
  CHECK(error_of({"-g", "4294967296", "c"}) ==
        "scrim x: --group: a number expected, not \"4294967296\" (see scrim x --help)");
  CHECK(error_of({"--format", "x", "c"}) ==
        "scrim x: --format: table or json expected, not \"x\" (see scrim x --help)");
}

TEST_CASE("--help tells names, values and choices in columns", "[options]") {
  std::string text;
  std::vector<std::string> list;
  bool flag = false;
  Options app("About it.\nusage: scrim x FILE\nMore.", "scrim x");
  app.add_option("file", text, "a file");
  app.add_option("--format", text, "form").one_of({"a", "b"});
  app.add_option("-n,--name NAME", list,
                 std::string_view("word word word word word word word word word word word word "
                                  "word word word word"));
  app.add_flag("--flag", flag, "a flag");
  app.add_option("--secret", text, "secret").hidden();
  app.footer("The end.");
  CHECK(
      app.help_text() ==
      "About it.\nMore.\n\nusage: scrim x FILE\n\nArguments:\n  file                    a file\n\nOptions:\n"
      "  -h,--help               print this, and stop\n  --format a|b            form\n"
      "  -n,--name NAME ...      word word word word word word word word word word word word word word word\n"
      "                          word\n"
      "  --flag                  a flag\n\nThe end.\n");
  CHECK(app.help_json().find("secret") == std::string::npos);
  CHECK(app.help_json().find(R"({"names":["--format"],"value":"TEXT","choices":["a","b"],"help":"form"})") !=
        std::string::npos);
}
