// SPDX-License-Identifier: Apache-2.0
#include "libprofile/policy/syscall.h"

#include "libprofile/error.h"
#include "libprofile/policy/syscall_table.h"
#include "libprofile/text.h"

namespace scrim::policy {

static std::string_view name_of(const SyscallRow& row) {
  return row.name.data();
}

std::optional<Syscall> Syscall::named(std::string_view name) {
  for (std::size_t slot = first_slot(name);; slot = (slot + 1) % syscall_slots) {
    const std::uint16_t index = syscall_index[slot];
    if (index == 0) return std::nullopt;
    if (name_of(syscall_rows[index - 1U]) == name) return Syscall(static_cast<std::uint16_t>(index - 1));
  }
}

Syscall::Syscall(const char* name) : row_(0) {
  const std::optional<Syscall> found = named(name);
  if (!found) throw Error(concat("unknown syscall ", name));
  *this = *found;
}

std::optional<Syscall> Syscall::numbered(document::Architecture architecture, std::uint32_t number) {
  for (std::size_t i = 0; i < count(); ++i) {
    const Syscall each = at(i);
    const int own = each.number(architecture);
    if (own < 0 ? MultiplexedSyscall::direct_number(each, architecture) == number
                : static_cast<std::uint32_t>(own) == number)
      return each;
  }
  return std::nullopt;
}

Syscall Syscall::at(std::size_t index) {
  return Syscall(static_cast<std::uint16_t>(index));
}

std::size_t Syscall::count() {
  return syscall_rows.size();
}

std::string_view Syscall::name() const {
  return name_of(syscall_rows[row_]);
}

int Syscall::number(document::Architecture architecture) const {
  return syscall_rows[row_].numbers[static_cast<std::size_t>(architecture)];
}

std::optional<MultiplexedSyscall> MultiplexedSyscall::of(Syscall syscall) {
  const std::uint8_t index = syscall_rows[syscall.row_].multiplexed;
  if (index == 0) return std::nullopt;
  const MultiplexedRow& row = multiplexed_rows[index - 1U];
  return MultiplexedSyscall{Syscall(row.through), row.subcall};
}

std::optional<std::uint32_t> MultiplexedSyscall::direct_number(Syscall syscall,
                                                               document::Architecture architecture) {
  const std::uint8_t index = syscall_rows[syscall.row_].multiplexed;
  if (index == 0) return std::nullopt;
  const std::int32_t number = multiplexed_rows[index - 1U].direct[static_cast<std::size_t>(architecture)];
  if (number < 0) return std::nullopt;
  return static_cast<std::uint32_t>(number);
}

}  // namespace scrim::policy
