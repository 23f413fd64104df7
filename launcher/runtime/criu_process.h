// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "launcher/cgroup/cgroup.h"
#include "launcher/criu/directories.h"
#include "launcher/os/child.h"
#include "launcher/os/fd.h"
#include "launcher/os/interruption.h"

namespace scrim::runtime {

// criu(8) at work, in a session of its own, so that no key of a terminal ends it. It does not die with us:
// cut off in the middle of a dump it would leave processes behind that are half its own. (At restore it asks
// us before it lets them go, see CriuActions.)
class CriuProcess {
 public:
  struct Setup {
    std::string program;                 // absolute path
    std::vector<std::string> arguments;  // without argv[0]
    // Descriptors of ours, and the numbers below 64 that they have there, beside standard streams, which are
    // its own.
    std::vector<std::pair<int, int>> descriptors;
    const cgroup::Entrance* entrance = nullptr;  // to the cgroups that it and its children are in; or ours
    std::function<void()> prepare;               // in the new process, before execve; may throw
  };
  explicit CriuProcess(const Setup& setup);

  [[nodiscard]] const os::Child& process() const { return process_; }
  // Until its end, whatever signals come meanwhile. Throws Error if it failed, with what its log says, or
  // else what it said before it had one: "<doing>: criu: …".
  void wait(const criu::Directories& directories, const std::string& doing);
  // The same when that is no matter any more, and no longer than ten seconds; then it is killed.
  void let_end() noexcept;

 private:
  [[noreturn]] void fail(const criu::Directories& directories, const std::string& doing,
                         const os::ExitStatus& status) const;
  [[nodiscard]] static os::Child start(const Setup& setup, const os::Fd& said);
  os::Fd said_;  // its standard output and error
  os::Child process_;
};

// What a restoring criu says on its way and waits for an answer to: the only moments at which something else
// can be done to the container. If nobody answers any more nothing of it ever runs.
class CriuActions {
 public:
  struct Action {
    std::string stage;  // "setup-namespaces", "post-restore", "pre-resume" (criu(8), --action-script)
    pid_t pid = 0;      // the container's first process, as we see it
  };
  // The program for --action-script.
  [[nodiscard]] static std::string_view script();

  CriuActions();
  // What criu needs for it (CriuProcess::Setup).
  [[nodiscard]] std::vector<std::pair<int, int>> descriptors() const;
  // Nothing: criu has ended. Throws Error if a signal comes that would end us.
  [[nodiscard]] std::optional<Action> next(const os::Child& criu, const os::Interruption& interruption) const;
  // Lets it go on.
  void proceed() const;
  // Never lets it: it takes back what it has done, or the process is killed.
  void refuse() { answer_.reset(); }

 private:
  [[nodiscard]] Action read_action() const;

  // By the script, and to it. Both ends stay open here: an answer that nobody reads any more is no SIGPIPE.
  os::Fd said_, saying_;
  os::Fd answered_, answer_;
};

}  // namespace scrim::runtime
