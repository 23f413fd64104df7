// SPDX-License-Identifier: Apache-2.0
#include "libprofile/document/file.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "libprofile/error.h"

using namespace scrim;

namespace {

class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "scrim-test-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw_errno("mkdtemp " + name);
    path_ = name;
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  ~TemporaryDirectory() { std::filesystem::remove_all(path_); }

  [[nodiscard]] std::string operator/(const char* name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

std::string refusal(const std::string& path) {
  try {
    (void)document::read_text(path);
  } catch (const Error& error) {
    return error.what();
  }
  return "accepted";
}

}  // namespace

TEST_CASE("a file is read whole, NUL bytes too") {
  const TemporaryDirectory directory;
  const std::string path = directory / "file";
  for (const std::size_t size : {0U, 1U, 4095U, 4096U, 4097U, 300'000U}) {
    std::string text(size, 'x');
    if (size > 2) text[1] = '\0';
    std::ofstream(path, std::ios::binary) << text;
    CHECK(document::read_text(path) == text);
  }
}

TEST_CASE("a file whose size the kernel does not tell is read whole") {
  CHECK(document::read_text("/proc/self/status").find("\nSeccomp:") != std::string::npos);
}

TEST_CASE("an open descriptor is read from its start and stays open") {
  const TemporaryDirectory directory;
  const std::string path = directory / "file";
  std::ofstream(path) << "text";
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  REQUIRE(fd >= 0);
  CHECK(document::read_text(fd, path) == "text");
  CHECK(document::read_text(fd, path) == "text");
  CHECK(close(fd) == 0);
}

TEST_CASE("what is no regular file of bounded size is refused, without waiting") {
  const TemporaryDirectory directory;
  const std::string fifo = directory / "fifo";
  REQUIRE(mkfifo(fifo.c_str(), 0600) == 0);
  CHECK(refusal(fifo) == "read " + fifo + ": not a regular file");
  CHECK(refusal("/dev/zero") == "read /dev/zero: not a regular file");
  const std::string folder = directory / ".";
  CHECK(refusal(folder) == "read " + folder + ": Is a directory");
  const std::string missing = directory / "missing";
  CHECK(refusal(missing) == "open " + missing + ": No such file or directory");

  const std::string large = directory / "large";
  std::ofstream(large).close();
  REQUIRE(truncate(large.c_str(), static_cast<off_t>(document::max_file_size) + 1) == 0);
  CHECK(refusal(large) == "read " + large + ": 16777217 bytes, more than the 16777216 that are read");
  REQUIRE(truncate(large.c_str(), static_cast<off_t>(document::max_file_size)) == 0);
  CHECK(refusal(large) == "accepted");
}
