// SPDX-License-Identifier: Apache-2.0
#include "libprofile/filter/worker.h"

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <exception>
#include <utility>

#include "libprofile/error.h"
#include "libprofile/text.h"

namespace scrim::filter {

// One page table's worth of shared memory: the child writes, then `state`; the parent reads after the child's
// end.
struct Worker::Outcome {
  enum class State : std::uint32_t { unfinished, done, failed };
  std::atomic<State> state;
  std::uint32_t length;  // of program or text
  union {
    std::array<sock_filter, BPF_MAXINSNS> program;
    std::array<char, sizeof(sock_filter) * BPF_MAXINSNS> text;
  };

  void fail(std::string_view message) {
    length = static_cast<std::uint32_t>(std::min(message.size(), text.size()));
    std::memcpy(text.data(), message.data(), length);
    state = State::failed;
  }

  void succeed(const Program& result) {
    if (result.size() > program.size()) return fail("the program is too long to be handed over");
    length = static_cast<std::uint32_t>(result.size());
    std::ranges::copy(result, program.begin());
    state = State::done;
  }
};

namespace {

// Far more than any filter takes (Docker's default: 3 MB), far less than what would hurt the host.
constexpr rlim_t memory_limit = rlim_t{1} << 30;

void lower_limit(int resource, rlim_t soft, rlim_t hard) {
  rlimit limit{};
  if (getrlimit(static_cast<__rlimit_resource>(resource), &limit) != 0) return;
  limit.rlim_max = std::min(limit.rlim_max, hard);
  limit.rlim_cur = std::min(limit.rlim_max, soft);
  if (setrlimit(static_cast<__rlimit_resource>(resource), &limit) != 0)
    throw_errno("setrlimit for a compilation");
}

// The soft limit on CPU time ends in SIGXCPU, which says by itself what it is about; the kernel counts that
// time in ticks, so the time used as getrusage(2) has it may be far from the limit.
void let_limit_end_us() {
  prctl(PR_SET_DUMPABLE, 0);  // SIGXCPU would dump core (signal(7))
  struct sigaction by_default {};
  by_default.sa_handler = SIG_DFL;
  sigaction(SIGXCPU, &by_default, nullptr);
  sigset_t only;
  sigemptyset(&only);
  sigaddset(&only, SIGXCPU);
  pthread_sigmask(SIG_UNBLOCK, &only, nullptr);
}

void confine(std::chrono::seconds limit) {
  let_limit_end_us();
  const auto seconds = static_cast<rlim_t>(limit.count());
  lower_limit(RLIMIT_CPU, seconds, seconds + 1);
#ifndef __SANITIZE_ADDRESS__  // which reserves terabytes of address space
  lower_limit(RLIMIT_AS, memory_limit, memory_limit);
#endif
}

// All signals, while forking: no handler of the caller ever runs in the child.
class BlockedSignals {
 public:
  BlockedSignals() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  BlockedSignals(const BlockedSignals&) = delete;
  BlockedSignals& operator=(const BlockedSignals&) = delete;
  ~BlockedSignals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_;
};

}  // namespace

Worker::Worker(const std::function<Program()>& work, std::chrono::seconds limit) {
  void* const memory =
      mmap(nullptr, sizeof(Outcome), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw_errno("mmap for compiling a filter");
  outcome_ = static_cast<Outcome*>(memory);  // zeroes: unfinished
  const pid_t parent = getpid();
  {
    const BlockedSignals blocked;
    pid_ = fork();
    if (pid_ == 0) {
      // Never returns, and never runs the caller's exit handlers and destructors.
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      if (getppid() != parent) _exit(1);  // the parent ended before that
      syscall(SYS_close_range, 3U, ~0U, 0U);
      try {
        confine(limit);
        outcome_->succeed(work());
      } catch (const std::exception& error) {
        outcome_->fail(error.what());
      } catch (...) {
        outcome_->fail("unknown exception");
      }
      _exit(0);
    }
  }
  if (pid_ < 0) {
    const int problem = errno;
    munmap(outcome_, sizeof(Outcome));
    throw SystemError(problem, "fork for compiling a filter");
  }
}

Worker::Worker(Worker&& other) noexcept
    : outcome_(std::exchange(other.outcome_, nullptr)), pid_(std::exchange(other.pid_, 0)) {}

Worker::~Worker() {
  if (pid_ != 0) {
    kill(pid_, SIGKILL);
    while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) continue;
  }
  if (outcome_ != nullptr) munmap(outcome_, sizeof(Outcome));
}

Worker::Result Worker::wait() {
  int status = 0;
  pid_t reaped = 0;
  do reaped = waitpid(pid_, &status, 0);
  while (reaped < 0 && errno == EINTR);
  // ECHILD: reaped by somebody else, or SIGCHLD is ignored. waitpid() still waited for the end in the latter
  // case, and the outcome says how it went.
  pid_ = 0;

  Result result;
  switch (outcome_->state.load()) {
    case Outcome::State::done:
      result.end = End::done;
      result.program.assign(outcome_->program.begin(), outcome_->program.begin() + outcome_->length);
      return result;
    case Outcome::State::failed:
      result.end = End::failed;
      result.message.assign(outcome_->text.data(), outcome_->length);
      return result;
    case Outcome::State::unfinished:
      break;
  }
  if (reaped > 0 && WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU) {
    result.end = End::out_of_time;
  } else if (reaped > 0 && WIFSIGNALED(status)) {
    result.message = concat("ended by signal ", WTERMSIG(status), " (", sigdescr_np(WTERMSIG(status)), ")");
  } else {
    result.message = "ended without a result";
  }
  return result;
}

}  // namespace scrim::filter
