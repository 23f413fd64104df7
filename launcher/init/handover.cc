// SPDX-License-Identifier: Apache-2.0
#include "launcher/init/handover.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "libprofile/error.h"

namespace scrim::init {

Handover Handover::make() {
  os::Fd memory(memfd_create("scrim-handover", MFD_CLOEXEC));
  if (!memory) throw_errno("create memory shared with the new process");
  if (ftruncate(memory.get(), sizeof(Shared)) != 0)
    throw_errno("size the memory shared with the new process");
  Handover handover = map(std::move(memory));
  handover.shared_->listener = -1;
  return handover;
}

Handover Handover::map(os::Fd memory) {
  void* address = mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED, memory.get(), 0);
  if (address == MAP_FAILED) throw_errno("map the memory shared with the new process");
  return Handover(std::move(memory), static_cast<Shared*>(address));
}

Handover::Handover(Handover&& other) noexcept
    : memory_(std::move(other.memory_)), shared_(std::exchange(other.shared_, nullptr)) {}

Handover::~Handover() {
  if (shared_ != nullptr) munmap(shared_, sizeof(Shared));
}

void Handover::put_filter(const filter::Program& program, unsigned flags) {
  if (program.empty()) throw Error("filter without instructions");
  if (program.size() > shared_->program.size()) throw Error("filter longer than the kernel takes");
  std::copy(program.begin(), program.end(), shared_->program.begin());
  shared_->program_length = static_cast<std::uint32_t>(program.size());
  shared_->flags = flags;
  shared_->decided = true;
}

void Handover::put_unconfined() {
  shared_->decided = true;
}

std::optional<kernel::Installation> Handover::filter() const {
  if (!shared_->decided) throw Error("the runtime did not say which seccomp filter, or that there is none");
  if (shared_->program_length == 0) return std::nullopt;
  const auto begin = shared_->program.begin();
  return kernel::Installation{filter::Program(begin, begin + shared_->program_length), shared_->flags};
}

void Handover::fail(std::initializer_list<std::string_view> message, int exit_status) noexcept {
  std::size_t length = 0;
  for (const std::string_view piece : message) {
    const std::size_t room = std::min(piece.size(), shared_->message.size() - length);
    std::memcpy(shared_->message.data() + length, piece.data(), room);
    length += room;
  }
  shared_->message_length = static_cast<std::uint32_t>(length);
  shared_->exit_status = exit_status;
  shared_->failed.store(true, std::memory_order_release);
}

std::optional<Handover::Failure> Handover::failure() const {
  if (!shared_->failed.load(std::memory_order_acquire)) return std::nullopt;
  const std::size_t length = std::min<std::size_t>(shared_->message_length, shared_->message.size());
  return Failure{std::string(shared_->message.data(), length), shared_->exit_status};
}

}  // namespace scrim::init
