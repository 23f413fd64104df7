// SPDX-License-Identifier: Apache-2.0
#include "libprofile/filter/libseccomp.h"

#include <seccomp.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <span>

#include "libprofile/error.h"
#include "libprofile/filter/compose.h"
#include "libprofile/policy/abi.h"
#include "libprofile/text.h"

namespace scrim::filter {

using document::Action;
using document::Operator;

namespace {

struct Release {
  void operator()(void* context) const { seccomp_release(context); }
};
using Context = std::unique_ptr<void, Release>;

std::uint32_t to_libseccomp(const policy::Decision& decision) {
  switch (decision.action) {
    case Action::kill_thread:
      break;
    case Action::kill_process:
      return SCMP_ACT_KILL_PROCESS;
    case Action::trap:
      return SCMP_ACT_TRAP;
    case Action::error:
      return SCMP_ACT_ERRNO(decision.data);
    case Action::trace:
      return SCMP_ACT_TRACE(decision.data);
    case Action::allow:
      return SCMP_ACT_ALLOW;
    case Action::log:
      return SCMP_ACT_LOG;
    case Action::notify:
      return SCMP_ACT_NOTIFY;
  }
  return SCMP_ACT_KILL_THREAD;
}

scmp_compare to_libseccomp(Operator op) {
  switch (op) {
    case Operator::not_equal:
      return SCMP_CMP_NE;
    case Operator::less:
      return SCMP_CMP_LT;
    case Operator::less_or_equal:
      return SCMP_CMP_LE;
    case Operator::equal:
      break;
    case Operator::greater_or_equal:
      return SCMP_CMP_GE;
    case Operator::greater:
      return SCMP_CMP_GT;
    case Operator::masked_equal:
      return SCMP_CMP_MASKED_EQ;
  }
  return SCMP_CMP_EQ;
}

// libseccomp's functions return a negative errno.
void check(int result, const policy::Policy& policy, const std::string& doing) {
  if (result < 0) throw SystemError(-result, concat(policy.name, ": libseccomp: ", doing));
}

void choose_architectures(scmp_filter_ctx context, const policy::Policy& policy,
                          std::span<const document::Architecture> architectures) {
  const std::uint32_t native = seccomp_arch_native();
  const auto token = [](document::Architecture each) { return policy::libseccomp_token(each); };
  for (const document::Architecture each : architectures) {
    if (token(each) == native) continue;  // seccomp_init(3) put it there
    const int added = seccomp_arch_add(context, token(each));
    // Even without the native one: jumps of what libseccomp 2.5.4 then writes lead astray.
    if (added == -EDOM)
      throw Error(concat(policy.name, ": \"architectures\": ", name_of(each),
                         " has another byte order than this machine, for which libseccomp cannot compile"));
    check(added, policy, concat("adding architecture ", name_of(each)));
  }
  if (std::ranges::find(architectures, native, token) == architectures.end())
    check(seccomp_arch_remove(context, native), policy,
          "leaving this machine's architecture out of the filter");
}

void add_rule(scmp_filter_ctx context, const policy::Policy& policy, const policy::Rule& rule) {
  std::array<scmp_arg_cmp, 6> conditions{};
  unsigned count = 0;
  for (const document::Condition& condition : rule.conditions) {
    if (count == conditions.size())
      throw Error(concat(policy.name, ": more than 6 conditions for ", rule.syscall.name()));
    conditions[count++] = {condition.index, to_libseccomp(condition.op), condition.value,
                           condition.value_two};
  }
  // A number of the native architecture, or one that stands for a call of another: libseccomp finds the same
  // call by its name for the architectures of the context.
  const int number = seccomp_syscall_resolve_name(rule.syscall.name().data());
  const int added =
      seccomp_rule_add_array(context, to_libseccomp(rule.decision), number, count, conditions.data());
  if (added == -EEXIST)
    throw document::DocumentError(
        policy.name, rule.conditions.empty() ? document::Position{} : rule.conditions.front().at,
        concat(
            "two rules for ", rule.syscall.name(),
            " hold for some of the same calls and have different actions, which libseccomp does not take: ",
            "keep one of them"));
  check(added, policy, concat("rule for ", rule.syscall.name()));
}

class Scratch {
 public:
  Scratch() : fd_(memfd_create("seccomp", MFD_CLOEXEC)) {
    if (fd_ < 0) throw_errno("memfd_create for a seccomp filter");
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() { close(fd_); }
  [[nodiscard]] int fd() const { return fd_; }

 private:
  int fd_;
};

// seccomp_export_bpf_mem(3) exists only since 2.6.
Program exported(scmp_filter_ctx context, const policy::Policy& policy) {
  const Scratch scratch;
  check(seccomp_export_bpf(context, scratch.fd()), policy, "building the filter");
  const off_t bytes = lseek(scratch.fd(), 0, SEEK_END);
  if (bytes < 0) throw_errno("size of a seccomp filter");
  Program program(static_cast<std::size_t>(bytes) / sizeof(sock_filter));
  check_length(program.size(), policy.name);
  const std::size_t size = program.size() * sizeof(sock_filter);
  const ssize_t got = pread(scratch.fd(), program.data(), size, 0);
  if (got < 0) throw_errno("reading a seccomp filter");
  if (static_cast<std::size_t>(got) != size) throw Error("reading a seccomp filter: it is cut short");
  return program;
}

}  // namespace

Program libseccomp_program(const policy::Policy& policy, document::Architecture architecture) {
  const Context context(seccomp_init(to_libseccomp(policy.otherwise)));
  if (!context)
    throw Error(concat(policy.name, ": libseccomp does not take the default action on this kernel"));
  choose_architectures(context.get(), policy, {&architecture, 1});
  // A binary tree over the numbers takes 20 % longer to build and a quarter of the time to load and to run.
  // For few rules it gains nothing, and for none libseccomp 2.5 builds a broken one; the border is runc's.
  constexpr std::size_t worth_a_tree = 32;
  if (policy.rules.size() > worth_a_tree)
    check(seccomp_attr_set(context.get(), SCMP_FLTATR_CTL_OPTIMIZE, 2), policy, "asking for a binary tree");
  for (const policy::Rule& rule : policy.rules) add_rule(context.get(), policy, rule);
  return exported(context.get(), policy);
}

Program libseccomp_whole(const policy::Policy& policy, Arrangement arrangement) {
  const Context context(seccomp_init(to_libseccomp(policy.otherwise)));
  if (!context)
    throw Error(concat(policy.name, ": libseccomp does not take the default action on this kernel"));
  check(seccomp_attr_set(context.get(), SCMP_FLTATR_CTL_OPTIMIZE, static_cast<std::uint32_t>(arrangement)),
        policy, "asking for a list or a tree");
  choose_architectures(context.get(), policy, policy.architectures);
  for (const policy::Rule& rule : policy.rules) add_rule(context.get(), policy, rule);
  return exported(context.get(), policy);
}

}  // namespace scrim::filter
