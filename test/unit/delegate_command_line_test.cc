// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <initializer_list>
#include <string>
#include <vector>

#include "launcher/delegate/command_line.h"

using scrim::delegate::CommandLine;
using Words = std::vector<std::string>;

static CommandLine parse(const Words& words) {
  return scrim::delegate::parse_command_line(words);
}

TEST_CASE("containerd's create: bundle, id and root are found, the bundle is put in its place",
          "[delegate]") {
  const CommandLine line = parse({"--root", "/run/r", "--log", "/b/log.json", "--log-format", "json",
                                  "create", "--bundle", "/b", "--pid-file", "/b/init.pid", "web"});
  CHECK(line.root == "/run/r");
  CHECK(line.command == "create");
  CHECK(line.bundle == "/b");
  CHECK(line.positionals == Words{"web"});
  CHECK(with_bundle(line, "/shadow") == Words{"--root", "/run/r", "--log", "/b/log.json", "--log-format",
                                              "json", "create", "--pid-file", "/b/init.pid", "--bundle",
                                              "/shadow", "web"});
  CHECK(state_of(line, "web") ==
        Words{"--root", "/run/r", "--log", "/b/log.json", "--log-format", "json", "state", "web"});
}

TEST_CASE("A bundle is found however it is written", "[delegate]") {
  const Words words = GENERATE(
      Words{"run", "--bundle", "/b", "c"}, Words{"run", "--bundle=/b", "c"}, Words{"run", "-b", "/b", "c"},
      Words{"run", "-b=/b", "c"}, Words{"run", "-b/b", "c"}, Words{"run", "-bundle", "/b", "c"},
      Words{"run", "-bundle=/b", "c"}, Words{"run", "--bun", "/b", "c"}, Words{"run", "c", "--bundle", "/b"},
      Words{"run", "--bundle", "/other", "-b", "/b", "c"},
      Words{"--debug", "--systemd-cgroup", "run", "--keep", "--bundle", "/b", "c"});
  const CommandLine line = parse(words);
  CHECK(line.command == "run");
  CHECK(line.bundle == "/b");
  CHECK(line.positionals == Words{"c"});
  for (const std::string& word : line.options) CHECK(word.find("/b") == std::string::npos);
}

TEST_CASE("The last bundle on the command line is the shadow, whatever stands before", "[delegate]") {
  const CommandLine line = parse({"create", "--unheard-of", "--bundle", "/b", "-x", "c"});
  const Words words = with_bundle(line, "/shadow");
  REQUIRE(words.size() >= 3);
  CHECK(Words(words.end() - 3, words.end()) == Words{"--bundle", "/shadow", "c"});
}

TEST_CASE("A root is found however it is written, the last one counts", "[delegate]") {
  CHECK(parse({"--root=/r", "state", "c"}).root == "/r");
  CHECK(parse({"-root", "/r", "state", "c"}).root == "/r");
  CHECK(parse({"--root", "/x", "--root", "/r", "state", "c"}).root == "/r");
  CHECK(parse({"--cgroup-manager", "cgroupfs", "--root", "/r", "list"}).root == "/r");
  CHECK(parse({"state", "c"}).root.empty());
}

TEST_CASE("The value of an option may look like a command", "[delegate]") {
  const CommandLine line = parse({"--log", "run", "delete", "--force", "create"});
  CHECK(line.command == "delete");
  CHECK(line.positionals == Words{"create"});
}

TEST_CASE("An unknown global option takes a value unless a command follows", "[delegate]") {
  CHECK(parse({"--new", "value", "run", "c"}).command == "run");
  CHECK(parse({"--new", "run", "c"}).command == "run");
  CHECK(parse({"--new=value", "run", "c"}).command == "run");
}

TEST_CASE("An unknown option of a command does not hide the id", "[delegate]") {
  CHECK(parse({"create", "--new", "value", "c"}).positionals == Words{"c"});
  CHECK(parse({"create", "--new", "c"}).positionals == Words{"c"});
  CHECK(with_bundle(parse({"create", "--new", "c"}), "/s") ==
        Words{"create", "--new", "--bundle", "/s", "c"});
}

TEST_CASE("An id that begins with a dash stays behind --", "[delegate]") {
  const CommandLine line = parse({"create", "-b", "/b", "--", "-c"});
  CHECK(line.positionals == Words{"-c"});
  CHECK(with_bundle(line, "/s") == Words{"create", "--bundle", "/s", "--", "-c"});
}

TEST_CASE("-f means what the command says", "[delegate]") {
  CHECK(parse({"delete", "-f", "c"}).positionals == Words{"c"});
  CHECK(parse({"create", "-f", "other.json", "c"}).config_file == "other.json");
  CHECK(parse({"list", "-f", "json"}).positionals.empty());
}

TEST_CASE("Whether a run goes to the background is seen", "[delegate]") {
  CHECK(parse({"run", "-d", "c"}).detach);
  CHECK(parse({"run", "--detach", "c"}).detach);
  CHECK(parse({"run", "-detach", "c"}).detach);
  CHECK(parse({"run", "-db/b", "c"}).detach);
  CHECK(parse({"run", "-db/b", "c"}).bundle == "/b");
  CHECK_FALSE(parse({"run", "--detach=false", "c"}).detach);
  CHECK_FALSE(parse({"run", "--no-pivot", "--preserve-fds", "2", "c"}).detach);
  CHECK(parse({"run", "--keep", "c"}).keep);
  CHECK(parse({"delete", "-fr", ".*"}).regex);
}

TEST_CASE("A command line without a command or with loose ends is taken as it is", "[delegate]") {
  CHECK(parse({}).command.empty());
  CHECK(parse({"--version"}).command.empty());
  CHECK(parse({"--root"}).root.empty());
  CHECK(parse({"create"}).positionals.empty());
  CHECK(parse({"create", "--bundle"}).bundle.empty());
  CHECK(parse({"run", "-", "--", "x"}).positionals == Words{"-", "x"});
}
