// SPDX-License-Identifier: Apache-2.0
#include "libprofile/kernel/read_back.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <csignal>
#include <future>
#include <memory>
#include <string_view>
#include <thread>

#include "libprofile/error.h"
#include "libprofile/text.h"

namespace scrim::kernel {

namespace {

// glibc's <sys/ptrace.h> and Linux' <linux/ptrace.h> do not go together, and only the latter has all
// requests.
long trace(unsigned request, pid_t tid, unsigned long address, void* data) {
  return ::syscall(SYS_ptrace, request, tid, address, data);
}

// The whole of a status file; nothing if the thread is gone.
std::optional<std::string> read_status(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    if (errno == ENOENT || errno == ESRCH) return std::nullopt;
    throw_errno(concat("open ", path));
  }
  std::string text;
  std::array<char, 4096> buffer{};
  ssize_t got = 0;
  while ((got = ::read(fd, buffer.data(), buffer.size())) > 0)
    text.append(buffer.data(), static_cast<std::size_t>(got));
  const int failed = errno;
  ::close(fd);
  if (got < 0 && failed == ESRCH) return std::nullopt;
  if (got < 0) throw SystemError(failed, concat("read ", path));
  return text;
}

std::optional<std::string_view> field(std::string_view status, std::string_view name) {
  for (std::size_t from = 0; from < status.size();) {
    const std::size_t end = std::min(status.find('\n', from), status.size());
    std::string_view line = status.substr(from, end - from);
    if (line.starts_with(name) && line.substr(name.size()).starts_with(":")) {
      line.remove_prefix(name.size() + 1);
      while (!line.empty() && (line.front() == '\t' || line.front() == ' ')) line.remove_prefix(1);
      return line;
    }
    from = end + 1;
  }
  return std::nullopt;
}

template <typename Number>
std::optional<Number> number_of(std::optional<std::string_view> text, int base = 10) {
  Number number = 0;
  if (!text || std::from_chars(text->data(), text->data() + text->size(), number, base).ec != std::errc())
    return std::nullopt;
  return number;
}

constexpr int hexadecimal_base = 16;

bool has_ended(std::string_view status) {
  const std::string_view state = field(status, "State").value_or("");
  return state.starts_with("Z") || state.starts_with("X");
}

ThreadStatus parse_status(std::string_view text, pid_t tid) {
  ThreadStatus status;
  status.tid = tid;
  status.name = field(text, "Name").value_or("");
  const std::optional<unsigned> mode = number_of<unsigned>(field(text, "Seccomp"));
  if (!mode) throw Error("read what is enforced: /proc shows no \"Seccomp\": the kernel is built without it");
  status.mode = static_cast<SeccompMode>(*mode);
  status.filters = number_of<unsigned>(field(text, "Seccomp_filters"));
  status.no_new_privs = field(text, "NoNewPrivs") == "1";
  status.tracer = number_of<pid_t>(field(text, "TracerPid")).value_or(0);
  status.bounding = number_of<std::uint64_t>(field(text, "CapBnd"), hexadecimal_base).value_or(0);
  return status;
}

// Nothing for one that has ended.
std::optional<ThreadStatus> status_of_living(const std::string& path, pid_t tid) {
  const std::optional<std::string> text = read_status(path);
  if (!text || has_ended(*text)) return std::nullopt;
  return parse_status(*text, tid);
}

bool has_filter_itself() {
  const std::optional<std::string> own = read_status("/proc/thread-self/status");
  return own && field(*own, "Seccomp").value_or("0") != "0";
}

// A thread that is stopped and looked at, and goes on whatever happens.
class Stopped {
 public:
  Stopped(pid_t tid, std::chrono::milliseconds patience) : tid_(tid), patience_(patience) {
    // No option: with PTRACE_O_EXITKILL it would die with this process.
    if (trace(PTRACE_SEIZE, tid, 0, nullptr) != 0) {
      const std::string doing = concat("attach to process ", tid);
      if (errno == EPERM)
        throw SystemError(EPERM, doing, "needs root with CAP_SYS_PTRACE, and nobody else who traces it");
      throw_errno(doing);
    }
    if (trace(PTRACE_INTERRUPT, tid, 0, nullptr) != 0) {
      const int failed = errno;
      detach();
      throw SystemError(failed, concat("stop process ", tid));
    }
    int status = 0;
    const pid_t waited = wait_for_stop(status);
    if (waited != tid || !WIFSTOPPED(status))
      throw SystemError(ESRCH, concat("stop process ", tid, ": it ended meanwhile"));
    // It may have stopped for a signal that was on its way: that one is handed on.
    constexpr unsigned event_bits = 16;
    const auto event = static_cast<unsigned>(status) >> event_bits;
    signal_ = event == 0 ? WSTOPSIG(status) : 0;
  }
  Stopped(const Stopped&) = delete;
  Stopped& operator=(const Stopped&) = delete;
  ~Stopped() { detach(); }

 private:
  // The parent in vfork(2) stops for nobody until its child lets it go on, which may be never.
  pid_t wait_for_stop(int& status) const {
    using Clock = std::chrono::steady_clock;
    constexpr std::chrono::milliseconds at_once(1);
    const Clock::time_point begun = Clock::now();
    for (;;) {
      const pid_t waited = ::waitpid(tid_, &status, __WALL | WNOHANG);
      if (waited > 0 || (waited < 0 && errno != EINTR)) return waited;
      const Clock::duration passed = Clock::now() - begun;
      if (passed > patience_)
        throw SystemError(ETIMEDOUT, concat("stop process ", tid_),
                          concat("it waits in the kernel, as in vfork(2), and does not stop within ",
                                 patience_.count(), " ms"));
      if (passed < at_once)
        std::this_thread::yield();
      else
        std::this_thread::sleep_for(at_once);
    }
  }
  void detach() const {
    // NOLINTNEXTLINE(performance-no-int-to-ptr): ptrace(2) takes the signal so
    trace(PTRACE_DETACH, tid_, 0, reinterpret_cast<void*>(static_cast<std::uintptr_t>(signal_)));
  }
  pid_t tid_;
  std::chrono::milliseconds patience_;
  int signal_ = 0;
};

[[noreturn]] void cannot_read(int failed, pid_t tid) {
  const std::string doing = concat("read the seccomp filters of process ", tid);
  if (failed == EACCES) {
    if (has_filter_itself())
      throw SystemError(
          failed, doing,
          "the kernel shows filters to nobody who has a filter: run scrim outside of a container");
    throw SystemError(failed, doing, "needs CAP_SYS_ADMIN in the initial user namespace");
  }
  if (failed == EIO || failed == EINVAL)
    throw SystemError(failed, doing, "needs a kernel built with CONFIG_CHECKPOINT_RESTORE");
  if (failed == EMEDIUMTYPE) throw SystemError(failed, doing, "the kernel has not kept a filter's program");
  throw SystemError(failed, doing);
}

}  // namespace

ThreadStatus status_of(pid_t pid, pid_t tid) {
  const std::optional<ThreadStatus> status =
      status_of_living(concat("/proc/", pid, "/task/", tid, "/status"), tid);
  if (!status) throw SystemError(ESRCH, concat("look at process ", tid));
  return *status;
}

std::optional<ThreadStatus> status_of_ended(pid_t pid) {
  const std::optional<std::string> text = read_status(concat("/proc/", pid, "/status"));
  if (!text || !has_ended(*text)) return std::nullopt;
  return parse_status(*text, pid);
}

bool may_read_filters() {
  const std::optional<std::string> own = read_status("/proc/thread-self/status");
  const std::optional<std::uint64_t> effective =
      own ? number_of<std::uint64_t>(field(*own, "CapEff"), hexadecimal_base) : std::nullopt;
  if (!effective || ((*effective >> CAP_SYS_ADMIN) & 1U) == 0) return false;
  // PROC_USER_INIT_INO of Linux' include/linux/proc_ns.h.
  constexpr ino_t initial_user_namespace = 0xEFFFFFFD;
  struct stat own_namespace {};
  if (stat("/proc/self/ns/user", &own_namespace) != 0) throw_errno("stat /proc/self/ns/user");
  return own_namespace.st_ino == initial_user_namespace;
}

std::vector<ThreadStatus> threads_of(pid_t pid) {
  const std::string tasks = concat("/proc/", pid, "/task");
  const auto close_dir = [](DIR* stream) { closedir(stream); };
  const std::unique_ptr<DIR, decltype(close_dir)> entries(opendir(tasks.c_str()), close_dir);
  if (!entries) throw SystemError(errno == ENOENT ? ESRCH : errno, concat("look at process ", pid));
  std::vector<ThreadStatus> threads;
  while (const dirent* entry = readdir(entries.get())) {
    const std::optional<pid_t> tid = number_of<pid_t>(std::string_view(entry->d_name));
    if (!tid) continue;
    const std::optional<ThreadStatus> status = status_of_living(concat(tasks, "/", *tid, "/status"), *tid);
    if (status) threads.push_back(*status);
  }
  if (threads.empty())
    throw SystemError(ESRCH, concat("look at process ", pid, ": it has ended and waits for its parent"));
  std::ranges::sort(threads, [&](const ThreadStatus& a, const ThreadStatus& b) {
    return std::pair(a.tid != pid, a.tid) < std::pair(b.tid != pid, b.tid);
  });
  return threads;
}

static std::vector<LoadedFilter> filters_of_tracee(pid_t tid, std::chrono::milliseconds patience) {
  std::vector<LoadedFilter> filters;
  const Stopped stopped(tid, patience);
  for (unsigned long index = 0;; ++index) {
    const long length = trace(PTRACE_SECCOMP_GET_FILTER, tid, index, nullptr);
    if (length < 0) {
      if (errno == ENOENT) {  // no more
        // The kernel counts from the one that was installed first (kernel/seccomp.c, get_nth_filter()).
        std::ranges::reverse(filters);
        return filters;
      }
      // EINVAL: no filter at all (mode strict or disabled), told from a kernel that does not have the call.
      if (errno == EINVAL && index == 0 && status_of(tid, tid).mode != SeccompMode::filter) return filters;
      cannot_read(errno, tid);
    }
    LoadedFilter loaded;
    loaded.program.resize(static_cast<std::size_t>(length));
    if (trace(PTRACE_SECCOMP_GET_FILTER, tid, index, loaded.program.data()) != length)
      cannot_read(errno, tid);
    seccomp_metadata metadata{};
    metadata.filter_off = index;
    if (trace(PTRACE_SECCOMP_GET_METADATA, tid, sizeof metadata, &metadata) >=
        static_cast<long>(sizeof metadata))
      loaded.flags = metadata.flags;
    filters.push_back(std::move(loaded));
  }
}

std::vector<LoadedFilter> filters_of(pid_t tid, std::chrono::milliseconds patience) {
  // What does not stop cannot be detached from (ptrace(2)), unless by the end of the thread that traces it.
  return std::async(std::launch::async, filters_of_tracee, tid, patience).get();
}

}  // namespace scrim::kernel
