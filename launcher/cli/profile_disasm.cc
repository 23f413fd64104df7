// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <iostream>

#include "launcher/cli/painted_output.h"
#include "launcher/cli/profile.h"
#include "launcher/options/options.h"
#include "launcher/os/fd.h"
#include "libprofile/error.h"
#include "libprofile/filter/disassemble.h"
#include "libprofile/filter/program_text.h"
#include "libprofile/text.h"

namespace scrim::cli {

// All of a file or pipe that may hold a program: 4096 rows of C with their comments take half of it.
static std::string read_all(int fd, const std::string& name) {
  constexpr std::size_t largest = std::size_t{1} << 20;
  std::string all;
  std::array<char, 16384> buffer{};
  for (;;) {
    const ssize_t got = ::read(fd, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw_errno(concat("read ", name));
    if (got == 0) return all;
    all.append(buffer.data(), static_cast<std::size_t>(got));
    if (all.size() > largest) throw Error(concat(name, ": larger than any program (", largest, " bytes)"));
  }
}

int profile_disasm(const Context&, const Arguments& arguments) {
  Options app("Reads a program for seccomp(2) back: as bytes, hexadecimal, base64 or C rows.",
              "scrim profile disasm");
  std::string file = "-";
  app.add_option("file", file, "where it is; - or nothing: standard input");
  app.parse(arguments);
  std::string text;
  std::string name = file;
  if (file == "-") {
    name = "standard input";
    text = read_all(STDIN_FILENO, name);
  } else {
    text = read_all(os::open(file, O_RDONLY).get(), file);
  }
  const PaintedOutput paint;
  std::cout << filter::disassemble(filter::read_program(text, name));
  return status_as_asked;
}

}  // namespace scrim::cli
