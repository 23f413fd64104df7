// SPDX-License-Identifier: Apache-2.0
// scrim-agent: a seccomp agent (runtime-spec config-linux.md, "Seccomp", listenerPath). Runtimes bring it the
// listeners of containers whose profile has SCMP_ACT_NOTIFY; it answers their calls by rules, and writes a
// line about each.
#include <poll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <csignal>
#include <iostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hooks/agent/connection.h"
#include "hooks/agent/record.h"
#include "hooks/agent/rules.h"
#include "libprofile/error.h"
#include "libprofile/text.h"

namespace scrim::agent {

namespace {

constexpr std::string_view program = "scrim-agent";

void complain(std::string_view text) {
  std::cerr << program << ": " << text << std::endl;
}

sockaddr_un address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path)
    throw Error(concat("listen at ", path, ": longer than the ", sizeof address.sun_path - 1,
                       " bytes that a socket's path can have"));
  path.copy(address.sun_path, path.size());
  return address;
}

// A socket at a path, for root alone: whoever can connect can have calls answered in our name.
class Socket {
 public:
  explicit Socket(std::string path) : path_(std::move(path)) {
    const sockaddr_un address = address_of(path_);
    const auto* const generic = reinterpret_cast<const sockaddr*>(&address);
    constexpr int type = SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK;
    // One that an agent left behind that was killed refuses connections; a live one stays. So does any other
    // file, which refuses them as well (connect(2), ECONNREFUSED).
    const Descriptor probe(socket(AF_UNIX, type, 0));
    struct stat status {};
    if (lstat(path_.c_str(), &status) == 0 && S_ISSOCK(status.st_mode) &&
        connect(probe.get(), generic, sizeof address) != 0 && errno == ECONNREFUSED)
      unlink(path_.c_str());
    descriptor_ = Descriptor(socket(AF_UNIX, type, 0));
    const mode_t before = umask(0177);
    const int bound = bind(descriptor_.get(), generic, sizeof address);
    umask(before);
    if (bound != 0) throw_errno(concat("listen at ", path_));
    bound_ = true;
    if (listen(descriptor_.get(), SOMAXCONN) != 0) throw_errno(concat("listen at ", path_));
  }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  ~Socket() {
    if (bound_) unlink(path_.c_str());
  }
  [[nodiscard]] int get() const { return descriptor_.get(); }
  // Nothing if whoever connected is gone already.
  [[nodiscard]] Descriptor accept() const {
    return Descriptor(accept4(descriptor_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
  }

 private:
  std::string path_;
  Descriptor descriptor_;
  bool bound_ = false;
};

Descriptor end_signals() {
  sigset_t signals{};
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  if (sigprocmask(SIG_BLOCK, &signals, nullptr) != 0) throw_errno("block signals");
  Descriptor descriptor(signalfd(-1, &signals, SFD_CLOEXEC));
  if (!descriptor) throw_errno("signalfd");
  return descriptor;
}

class Agent {
 public:
  Agent(const std::string& path, Rules rules)
      : rules_(std::move(rules)), signals_(end_signals()), socket_(path) {}

  // Until SIGTERM or SIGINT.
  void serve() {
    for (;;) {
      const std::vector<pollfd> ready = wait();
      std::size_t at = 0;
      if (ready[at++].revents != 0) return;
      const bool connecting = ready[at++].revents != 0;
      // From the end: each may take itself out of the list.
      for (std::size_t i = connections_.size(); i-- > 0;)
        if (ready[at + i].revents != 0) continue_with(i);
      at = ready.size() - watched_before_;
      for (std::size_t i = watched_before_; i-- > 0;) {
        if (ready[at + i].revents == 0) continue;
        const bool asks = (ready[at + i].revents & POLLIN) != 0;
        if (!asks || !answer(watched_[i])) watched_.erase(watched_.begin() + static_cast<std::ptrdiff_t>(i));
      }
      if (connecting) accept();
    }
  }

 private:
  std::vector<pollfd> wait() {
    // Without descriptors nobody can be let in (accept(2), EMFILE), and whoever waits would wake us at once,
    // again and again: so not until something has ended, or a second has passed.
    constexpr int a_second = 1000;
    const int door = std::exchange(is_full_, false) ? -1 : socket_.get();
    std::vector<pollfd> all{{signals_.get(), POLLIN, 0}, {door, POLLIN, 0}};
    for (const Connection& connection : connections_) all.push_back({connection.descriptor(), POLLIN, 0});
    for (const Watched& watched : watched_) all.push_back({watched.listener.descriptor(), POLLIN, 0});
    watched_before_ = watched_.size();
    while (poll(all.data(), all.size(), door < 0 ? a_second : -1) < 0)
      if (errno != EINTR) throw_errno("wait for calls");
    return all;
  }

  void accept() {
    if (Descriptor connected = socket_.accept()) {
      connections_.emplace_back(std::move(connected));
      return;
    }
    if (errno != EMFILE && errno != ENFILE && errno != ENOBUFS && errno != ENOMEM) return;  // it is gone
    is_full_ = true;
    if (!said_full_) complain("no descriptor is left for another container (ulimit -n): it has to wait");
    said_full_ = true;
  }

  void continue_with(std::size_t connection) {
    bool done = true;
    try {
      std::optional<Watched> watched = connections_[connection].receive();
      done = watched.has_value();
      if (done) watched_.push_back(std::move(*watched));
    } catch (const std::exception& error) {
      complain(error.what());
    }
    if (done) connections_.erase(connections_.begin() + static_cast<std::ptrdiff_t>(connection));
  }

  // False if its listener is of no use. What goes wrong with one container leaves the others alone.
  bool answer(const Watched& watched) {
    try {
      const std::optional<kernel::Notification> notification = watched.listener.receive();
      if (!notification) return true;
      const policy::Decision decision = rules_.decide(notification->call);
      // Before the answer: a process that is killed has no name afterwards.
      const std::string record = record_of(watched.id, *notification, decision);
      (void)watched.listener.answer(*notification, to_answer(decision));
      write_line(record);
      return true;
    } catch (const std::exception& error) {
      complain(concat("container ", watched.id, ": ", error.what()));
      return false;
    }
  }

  // A log that cannot be written is no reason to leave calls without an answer.
  void write_line(const std::string& line) {
    std::cout << line << '\n' << std::flush;
    if (std::cout) return;
    if (!complained_) complain("cannot write to standard output: calls are answered without a record");
    complained_ = true;
    std::cout.clear();
  }

  Rules rules_;
  Descriptor signals_;
  Socket socket_;
  std::vector<Connection> connections_;
  std::vector<Watched> watched_;
  std::size_t watched_before_ = 0;  // when wait() looked
  bool complained_ = false;
  bool is_full_ = false;
  bool said_full_ = false;
};

int main_of(int argc, char** argv) {
  CLI::App app(
      "Answers the system calls of containers whose profile says SCMP_ACT_NOTIFY. Give the socket's "
      "path to them as linux.seccomp.listenerPath. Each call becomes a line of JSON on standard output.",
      std::string(program));
  std::string path = "/run/scrim/agent.sock";
  std::string rules_file;
  app.add_option("--socket", path, "where runtimes find the agent")->capture_default_str();
  app.add_option(
      "--rules", rules_file,
      "a profile (linux.seccomp) with the answers: SCMP_ACT_ALLOW and LOG let a call through, ERRNO "
      "refuses it, KILL_PROCESS kills its process; without it, everything is let through");
  app.set_version_flag("--version", concat(program, " ", SCRIM_VERSION));
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    constexpr int wrong_use = 2;
    return app.exit(error) == 0 ? 0 : wrong_use;
  }
  try {
    std::signal(SIGPIPE, SIG_IGN);
    Agent(path, rules_file.empty() ? Rules() : Rules::read(rules_file)).serve();
    return 0;
  } catch (const std::exception& error) {
    complain(error.what());
    return 1;
  }
}

}  // namespace

}  // namespace scrim::agent

int main(int argc, char** argv) {
  return scrim::agent::main_of(argc, argv);
}
