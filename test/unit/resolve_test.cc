// SPDX-License-Identifier: Apache-2.0
#include "libprofile/resolve/resolve.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "libprofile/error.h"
#include "libprofile/resolve/localhost.h"
#include "libprofile/resolve/wanted.h"

using namespace scrim;
using namespace scrim::resolve;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

namespace {

constexpr const char* small_profile =
    R"({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["keyctl"], "action": "SCMP_ACT_ERRNO"}]})";

// Two rules, one of them for holders of CAP_SYS_ADMIN.
constexpr const char* template_profile = R"({"defaultAction": "SCMP_ACT_ERRNO",
  "archMap": [{"architecture": "SCMP_ARCH_X86_64", "subArchitectures": ["SCMP_ARCH_X86"]}],
  "syscalls": [{"names": ["read"], "action": "SCMP_ACT_ALLOW"},
               {"names": ["mount"], "action": "SCMP_ACT_ALLOW", "includes": {"caps": ["CAP_SYS_ADMIN"]}}]})";

// A profile root beside a file that no pod may reach.
class Node {
 public:
  Node() {
    std::string name = std::filesystem::temp_directory_path() / "scrim-resolve-XXXXXX";
    REQUIRE(mkdtemp(name.data()) != nullptr);
    top = name;
    root = top / "seccomp";
    std::filesystem::create_directories(root / "team");
    write("small.json", small_profile);
    write("team/template.json", template_profile);
    write("../secret.json", small_profile);
    settings.profile_root = root;
  }
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;
  ~Node() { std::filesystem::remove_all(top); }

  void write(const std::string& path, const std::string& text) const { std::ofstream(root / path) << text; }
  void link(const std::string& path, const std::string& to) const {
    std::filesystem::create_symlink(to, root / path);
  }
  [[nodiscard]] Resolution localhost(const std::string& path) const {
    return resolve::resolve({Localhost{path}, false, {}}, settings, target);
  }

  std::filesystem::path top;
  std::filesystem::path root;
  Settings settings;
  Target target{document::Architecture::x86_64, {6, 1}, {}};
};

std::string wanted_text(std::string_view text) {
  const auto wanted = parse_wanted(text);
  return wanted ? describe(*wanted) : "(not a profile)";
}

}  // namespace

TEST_CASE("every spelling of a request is understood, Kubernetes' older ones included") {
  CHECK(wanted_text("RuntimeDefault") == "RuntimeDefault");
  CHECK(wanted_text("runtime/default") == "RuntimeDefault");
  CHECK(wanted_text("docker/default") == "RuntimeDefault");
  CHECK(wanted_text("RuntimeDefault@docker") == "RuntimeDefault@docker");
  CHECK(wanted_text("RuntimeDefault@cri-o") == "RuntimeDefault@cri-o");
  CHECK(wanted_text("RuntimeDefault@cri-o-1.30") == "RuntimeDefault@cri-o-1.30");
  CHECK(wanted_text("RuntimeDefault@containerd-1.6.20") == "RuntimeDefault@containerd-1.6.20");
  CHECK(wanted_text("Localhost:team/a.json") == "Localhost:team/a.json");
  CHECK(wanted_text("localhost/team/a.json") == "Localhost:team/a.json");
  CHECK(wanted_text("Unconfined") == "Unconfined");
  CHECK(wanted_text("unconfined") == "Unconfined");
}

TEST_CASE("a text that names no profile is none") {
  const auto* const text =
      GENERATE("", "runtimedefault", "RuntimeDefaults", "localhost", "Localhost", "./web.json", "UNCONFINED");
  CAPTURE(text);
  CHECK_FALSE(parse_wanted(text));
}

TEST_CASE("an engine that does not exist is refused with the nearest that does") {
  CHECK_THROWS_WITH(parse_wanted("RuntimeDefault@podmann"), Contains("did you mean podman?"));
  CHECK_THROWS_WITH(parse_wanted("RuntimeDefault@"), Contains("containerd, docker, podman, cri-o"));
  CHECK_THROWS_AS(parse_wanted("RuntimeDefault@docker-"), Error);
  CHECK_THROWS_AS(parse_wanted("RuntimeDefault@dockerish"), Error);
  CHECK_THROWS_WITH(parse_wanted("RuntimeDefault@docker-1\nok"),
                    StartsWith(R"("docker-1\nok" is no engine)"));
}

TEST_CASE("nothing asked is Unconfined, or RuntimeDefault where seccompDefault is on") {
  Settings settings;
  const Target target{document::Architecture::x86_64, {6, 1}, {}};
  const Resolution off = resolve::resolve({}, settings, target);
  CHECK(off.name == "Unconfined");
  CHECK_FALSE(off.seccomp);
  CHECK(off.because == std::vector<std::string>{"no profile is asked for, and seccompDefault is off",
                                                "Unconfined: no filter"});

  settings.seccomp_default = true;
  const Resolution on = resolve::resolve({}, settings, target);
  CHECK_THAT(on.name, StartsWith("RuntimeDefault@containerd"));
  CHECK(on.seccomp);
  REQUIRE(on.because.size() == 3);
  CHECK(on.because[0] == "no profile is asked for, and seccompDefault makes that RuntimeDefault");
}

TEST_CASE("RuntimeDefault is the configured engine's, unless one is named") {
  Settings settings;
  settings.runtime_default = defaults::Engine::docker;
  const Target target{document::Architecture::x86_64, {6, 1}, {}};
  CHECK_THAT(resolve::resolve({RuntimeDefault{}, false, {}}, settings, target).name,
             StartsWith("RuntimeDefault@docker"));
  const Resolution named =
      resolve::resolve({RuntimeDefault{defaults::Engine::podman, {}}, false, {}}, settings, target);
  CHECK_THAT(named.name, StartsWith("RuntimeDefault@podman"));
  CHECK_THAT(named.because.back(), Contains("evaluated for amd64, Linux 6.1 and 0 capabilities"));
}

TEST_CASE("who asked comes first in the chain, what applies last") {
  const Node node;
  const Resolution resolution =
      resolve::resolve({Localhost{"small.json"}, false, {"somebody asks"}}, node.settings, node.target);
  REQUIRE(resolution.because.size() == 2);
  CHECK(resolution.because[0] == "somebody asks");
  CHECK(resolution.because[1] == "the profile " + (node.root / "small.json").string());
}

TEST_CASE("privileged is Unconfined whatever is asked, and the discarded profile is named") {
  const Node node;
  const Resolution resolution =
      resolve::resolve({Localhost{"small.json"}, true, {}}, node.settings, node.target);
  CHECK(resolution.name == "Unconfined");
  CHECK_FALSE(resolution.seccomp);
  REQUIRE(resolution.warnings.size() == 1);
  CHECK_THAT(resolution.warnings[0].text, Contains("Localhost:small.json"));
  CHECK(resolve::resolve({Nothing{}, true, {}}, node.settings, node.target).warnings.empty());
}

TEST_CASE("privileged does not read the profile that it discards") {
  const Node node;
  CHECK(resolve::resolve({Localhost{"missing.json"}, true, {}}, node.settings, node.target).name ==
        "Unconfined");
}

TEST_CASE("privileged overrules seccompDefault") {
  Node node;
  node.settings.seccomp_default = true;
  CHECK(resolve::resolve({Nothing{}, true, {}}, node.settings, node.target).name == "Unconfined");
}

TEST_CASE("privilegedProfile is what privileged containers get instead of Unconfined") {
  Node node;
  node.settings.privileged_profile = Localhost{"small.json"};
  const Resolution resolution = resolve::resolve({Unconfined{}, true, {}}, node.settings, node.target);
  CHECK(resolution.name == "Localhost:small.json");
  CHECK(resolution.seccomp);
  CHECK_THAT(resolution.because.front(), Contains("privilegedProfile"));
}

TEST_CASE("the floor applies besides whatever is asked for, and the name and the chain say so") {
  Node node;
  node.settings.floor_profile = Localhost{"small.json"};
  const Resolution asked = node.localhost("team/template.json");
  CHECK(asked.name == "Localhost:team/template.json (floor: Localhost:small.json)");
  REQUIRE((asked.seccomp && asked.floor));
  CHECK(asked.seccomp->header.default_action == document::Action::error);
  CHECK(asked.floor->header.default_action == document::Action::allow);
  REQUIRE(asked.because.size() >= 2);
  CHECK_THAT(asked.because[asked.because.size() - 2],
             StartsWith("the node's floorProfile, Localhost:small.json, applies as well"));
}

TEST_CASE("the floor is the only filter of Unconfined and privileged containers") {
  Node node;
  node.settings.floor_profile = Localhost{"small.json"};
  for (const Request& request :
       {Request{Unconfined{}, false, {}}, Request{Nothing{}, false, {}}, Request{Nothing{}, true, {}},
        Request{Localhost{"team/template.json"}, true, {}}}) {
    const Resolution resolution = resolve::resolve(request, node.settings, node.target);
    CHECK(resolution.name == "Unconfined (floor: Localhost:small.json)");
    REQUIRE(resolution.seccomp);
    CHECK(resolution.seccomp->header.default_action == document::Action::allow);
    CHECK_FALSE(resolution.floor);
    CHECK_FALSE(resolution.as_written);
  }
}

TEST_CASE("a floor in a file is one that only root can write, and stops the start if it is missing") {
  Node node;
  const std::filesystem::path file = node.root / "small.json";
  node.settings.floor_profile = ProfileFile{file};
  const Request nothing{Nothing{}, false, {}};
  CHECK(resolve::resolve(nothing, node.settings, node.target).name ==
        "Unconfined (floor: " + file.string() + ")");
  std::filesystem::permissions(file, std::filesystem::perms::others_write,
                               std::filesystem::perm_options::add);
  if (geteuid() == 0)
    CHECK_THROWS_WITH(resolve::resolve(nothing, node.settings, node.target),
                      Contains("others than root can write it"));
  std::filesystem::remove(file);
  CHECK_THROWS_WITH(resolve::resolve(nothing, node.settings, node.target), Contains("No such file"));
}

TEST_CASE("an inline profile stays as it is") {
  document::OciSeccomp seccomp;
  seccomp.file = "config.json";
  const Resolution resolution = resolve::resolve({Inline{seccomp}, false, {}}, {}, {});
  CHECK(resolution.name == "config.json");
  CHECK(resolution.as_written);
  CHECK(resolution.seccomp);
}

TEST_CASE("a profile file may be anywhere") {
  const Node node;
  const std::string path = node.top / "secret.json";
  const Resolution resolution = resolve::resolve({ProfileFile{path}, false, {}}, node.settings, node.target);
  CHECK(resolution.name == path);
  CHECK(resolution.seccomp->rules.size() == 1);
  CHECK_FALSE(resolution.as_written);
}

TEST_CASE("a Localhost template is evaluated for the target, and the chain says so") {
  Node node;
  const Resolution without = node.localhost("team/template.json");
  CHECK(without.seccomp->rules.size() == 1);
  CHECK_THAT(without.because.back(), StartsWith("the template ") && Contains("0 capabilities"));
  CHECK(without.seccomp->header.architectures.size() == 2);

  node.target.bounding.add(*CapabilitySet::number_of("CAP_SYS_ADMIN"));
  const Resolution with = node.localhost("team/template.json");
  CHECK(with.seccomp->rules.size() == 2);
  CHECK_THAT(with.because.back(), Contains("1 capability in"));
}

TEST_CASE("a Localhost path is refused by its text in Kubernetes' words") {
  const Node node;
  CHECK_THROWS_WITH(node.localhost("/etc/passwd"), Contains("must be a relative path"));
  CHECK_THROWS_WITH(node.localhost("../secret.json"), Contains("must not contain '..'"));
  CHECK_THROWS_WITH(node.localhost("team/../small.json"), Contains("must not contain '..'"));
  CHECK_THROWS_WITH(node.localhost(".."), Contains("must not contain '..'"));
  CHECK_THROWS_WITH(node.localhost(""), Contains("must be set when seccomp type is Localhost"));
  CHECK_THROWS_WITH(node.localhost(std::string("small.json\0x", 12)),
                    Contains(R"("small.json\x00x": must not contain control)"));
  CHECK_THROWS_WITH(node.localhost("a\nb"), Contains(R"("a\nb": must not contain control characters)"));
  CHECK(localhost_path_fault("a..b/..c/d..").empty());
}

TEST_CASE("a symbolic link that stays below the profile root is followed") {
  const Node node;
  node.link("team/up.json", "../small.json");
  CHECK(node.localhost("team/up.json").seccomp->rules.size() == 1);
}

TEST_CASE("a symbolic link that leaves the profile root is refused") {
  const Node node;
  node.link("relative.json", "../secret.json");
  node.link("absolute.json", node.top / "secret.json");
  // Even if it comes back: the way leads through what the administrator of the root does not own.
  node.link("back.json", node.root / "small.json");
  node.link("outside", "..");
  const auto* const path = GENERATE("relative.json", "absolute.json", "back.json", "outside/secret.json");
  CAPTURE(path);
  CHECK_THROWS_WITH(node.localhost(path), Contains("leads out of the profile root"));
}

TEST_CASE("links of /proc are not followed out of the profile root") {
  const Node node;
  const int fd = open((node.top / "secret.json").c_str(), O_RDONLY | O_CLOEXEC);
  REQUIRE(fd >= 0);
  Settings settings;
  settings.profile_root = "/proc/self/fd";
  CHECK_THROWS_AS(resolve::resolve({Localhost{std::to_string(fd)}, false, {}}, settings, node.target),
                  SystemError);
  close(fd);
}

TEST_CASE("a Localhost file that is missing is named with what the kernel said and how to mend it") {
  const Node node;
  CHECK_THROWS_WITH(
      node.localhost("x.json"),
      "cannot load seccomp profile \"" + (node.root / "x.json").string() +
          "\": No such file or directory (put the profile on this node, below the profile root " +
          node.root.string() + ")");
}

TEST_CASE("a missing profile root is told apart from a missing file") {
  Node node;
  node.settings.profile_root = node.top / "nowhere";
  CHECK_THROWS_WITH(node.localhost("x.json"), Contains("open the profile root") && Contains("profileRoot"));
}

TEST_CASE("what is no regular file is refused without waiting") {
  const Node node;
  REQUIRE(mkfifo((node.root / "fifo.json").c_str(), 0600) == 0);
  CHECK_THROWS_WITH(node.localhost("fifo.json"), Contains("not a regular file"));
  CHECK_THROWS_AS(node.localhost("team"), Error);
  CHECK_THROWS_AS(node.localhost("small.json/x"), SystemError);
}

TEST_CASE("an error in a Localhost profile names the file, line and column") {
  const Node node;
  node.write("broken.json", "{\n  \"defaultAction\": \"SCMP_ACT_NONE\"}");
  CHECK_THROWS_WITH(node.localhost("broken.json"), StartsWith((node.root / "broken.json").string() + ":2:"));
}
