// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "launcher/os/fd.h"

// The standard streams of a container's first process: what they are in the images, and which of ours take
// their place at restore (criu(8), --inherit-fd).
namespace scrim::criu {

// One key for each of 0, 1 and 2: "pipe:[4711]", "file[1f:2c]"; empty for anything else, which criu restores
// by itself or not at all.
using StandardStreams = std::array<std::string, 3>;

// Which of this process' own are pipes, and so a new one's: to be called when a container is created. Later
// its first process may have others, and a pipe of its own cannot be told from one of ours.
[[nodiscard]] StandardStreams own_streams();

// What is dumped of process `pid`: what it was created with, and what it has of the host's files (on mounts
// that `mountinfo`, its own, does not have).
[[nodiscard]] StandardStreams dumped_streams(pid_t pid, const StandardStreams& at_creation,
                                             std::string_view mountinfo);

// Whether that is a file of the host's, which criu has to be told of at dump (--external).
[[nodiscard]] bool is_external_file(std::string_view key);

// They are kept beside the images as runc keeps them, in descriptors.json. It comes last: where it is, criu
// has finished. Written whole before criu starts, so that afterwards, when the container may be gone, only a
// rename is left to fail; without put_in_place() it goes again.
class StreamsFile {
 public:
  // `images` must outlive this. Throws SystemError.
  StreamsFile(const os::Fd& images, const StandardStreams& streams);
  // Throws SystemError.
  void put_in_place() { file_.put_in_place(); }

 private:
  os::Replacement file_;
};

// Removes that of an earlier checkpoint, whose images criu is about to write over. Throws SystemError.
void remove_streams(const os::Fd& images);
// Throws Error if there is none: no checkpoint, or not a whole one.
[[nodiscard]] StandardStreams read_streams(const os::Fd& images, const std::string& images_path);

}  // namespace scrim::criu
