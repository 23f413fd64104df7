// SPDX-License-Identifier: Apache-2.0
#include "launcher/os/own_image.h"

#include <fcntl.h>
#include <link.h>
#include <linux/prctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "libprofile/text.h"

namespace scrim::os {

namespace {

struct Range {
  const char* begin = nullptr;
  const char* end = nullptr;
  [[nodiscard]] std::size_t size() const { return static_cast<std::size_t>(end - begin); }
};

const char* address(std::uintptr_t value) {
  return reinterpret_cast<const char*>(value);  // NOLINT(performance-no-int-to-ptr): the kernel's numbers
}

// A line of /proc/self/maps (proc_pid_maps(5)): "begin-end perms offset major:minor inode path".
struct Mapping {
  Range range;
  int protection = PROT_NONE;
  off_t offset = 0;
};

std::optional<std::uint64_t> number(std::string_view text, int base) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// Nothing for a line of another file, or none that is understood.
std::optional<Mapping> mapping_of(std::string_view line, const std::string& file) {
  std::vector<std::string_view> words;
  for (const std::string_view word : split(line, ' '))
    if (!word.empty()) words.push_back(word);
  if (words.size() < 5 || concat(words[3], " ", words[4]) != file) return std::nullopt;
  const std::size_t dash = words[0].find('-');
  if (dash == std::string_view::npos || words[1].size() < 3) return std::nullopt;
  constexpr int hexadecimal = 16;
  const auto begin = number(words[0].substr(0, dash), hexadecimal);
  const auto end = number(words[0].substr(dash + 1), hexadecimal);
  const auto offset = number(words[2], hexadecimal);
  if (!begin || !end || !offset) return std::nullopt;
  Mapping mapping{{address(*begin), address(*end)}, PROT_NONE, static_cast<off_t>(*offset)};
  if (words[1][0] == 'r') mapping.protection |= PROT_READ;
  if (words[1][1] == 'w') mapping.protection |= PROT_WRITE;
  if (words[1][2] == 'x') mapping.protection |= PROT_EXEC;
  return mapping;
}

// As /proc/self/maps names the running program: "08:01 1234".
std::string mapped_file() {
  struct stat status {};
  if (stat("/proc/self/exe", &status) != 0) return {};
  std::array<char, 64> text{};
  const int length = std::snprintf(text.data(), text.size(), "%02x:%02x %lu", major(status.st_dev),
                                   minor(status.st_dev), static_cast<unsigned long>(status.st_ino));
  return {text.data(), static_cast<std::size_t>(length)};
}

std::vector<Mapping> mappings_of_program() {
  std::vector<Mapping> all;
  const std::string file = mapped_file();
  const std::string maps = read_kernel_file("/proc/self/maps");
  for (const std::string_view line : split(maps, '\n'))
    if (const auto mapping = mapping_of(line, file)) all.push_back(*mapping);
  return all;
}

// Where the program was written to since it was loaded (elf(5), PT_LOAD with PF_W): relocations, variables.
int add_written_parts(dl_phdr_info* program, std::size_t, void* parts) {
  for (const ElfW(Phdr) & header : std::span(program->dlpi_phdr, program->dlpi_phnum)) {
    if (header.p_type != PT_LOAD || (header.p_flags & PF_W) == 0) continue;
    const char* const begin = address(program->dlpi_addr + header.p_vaddr);
    static_cast<std::vector<Range>*>(parts)->push_back({begin, begin + header.p_memsz});
  }
  return 0;
}

// Anonymous memory with the same content takes its place, in one step: it holds what the next instruction
// reads (the addresses of memcpy and mremap among it).
bool copy(const Mapping& mapping) {
  void* const place = const_cast<char*>(mapping.range.begin);
  const std::size_t size = mapping.range.size();
  // All pages at once: each would be a fault.
  void* const fresh =
      mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
  if (fresh == MAP_FAILED) return false;
  std::memcpy(fresh, place, size);
  if (mprotect(fresh, size, mapping.protection) == 0 &&
      mremap(fresh, size, size, MREMAP_MAYMOVE | MREMAP_FIXED, place) != MAP_FAILED)
    return true;
  munmap(fresh, size);
  return false;
}

bool map_again(const Mapping& mapping, const Fd& program) {
  return mmap(const_cast<char*>(mapping.range.begin), mapping.range.size(), mapping.protection,
              MAP_PRIVATE | MAP_FIXED, program.get(), mapping.offset) != MAP_FAILED;
}

// What the kernel notes of this process' memory, from /proc/self/stat (proc_pid_stat(5)): the same again, but
// for the program.
std::optional<prctl_mm_map> memory_map(const Fd& program) {
  const std::string stat = read_kernel_file("/proc/self/stat");
  // After the name, which may have spaces: the third field and those that follow.
  const std::size_t name_end = stat.rfind(')');
  if (name_end == std::string::npos) return std::nullopt;
  const std::vector<std::string_view> fields = split(std::string_view(stat).substr(name_end + 2), ' ');
  bool complete = true;
  const auto field = [&](std::size_t at) -> __u64 {
    constexpr std::size_t first = 3;
    constexpr int decimal = 10;
    std::string_view text = at - first < fields.size() ? fields[at - first] : std::string_view();
    if (text.ends_with('\n')) text.remove_suffix(1);
    const auto value = number(text, decimal);
    complete = complete && value.has_value();
    return value.value_or(0);
  };
  prctl_mm_map map{};
  map.start_code = field(26);
  map.end_code = field(27);
  map.start_stack = field(28);
  map.start_data = field(45);
  map.end_data = field(46);
  map.start_brk = field(47);
  map.brk = reinterpret_cast<std::uintptr_t>(sbrk(0));
  map.arg_start = field(48);
  map.arg_end = field(49);
  map.env_start = field(50);
  map.env_end = field(51);
  map.exe_fd = static_cast<__u32>(program.get());
  if (!complete) return std::nullopt;
  return map;
}

}  // namespace

bool move_image_to(const Fd& program) {
  const std::vector<Mapping> mappings = mappings_of_program();
  std::vector<Range> written;
  dl_iterate_phdr(&add_written_parts, &written);
  if (mappings.empty() || written.empty()) return false;
  for (const Mapping& mapping : mappings) {
    bool has_changed = false;
    for (const Range& part : written)
      has_changed = has_changed || (mapping.range.begin < part.end && part.begin < mapping.range.end);
    if (!(has_changed ? copy(mapping) : map_again(mapping, program))) return false;
  }
  const auto map = memory_map(program);
  return map && prctl(PR_SET_MM, PR_SET_MM_MAP, &*map, sizeof *map, 0) == 0;
}

}  // namespace scrim::os
