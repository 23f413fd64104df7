// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace scrim::filter {

// How often a program made each system call, by name: what its filter is to be quickest for. Only relations
// count.
using Frequencies = std::map<std::string, std::uint64_t, std::less<>>;

// Reads what `strace -c` (any columns) or `perf trace -s` printed, or lines "NAME COUNT" with "#" before
// comments. Of a name that comes again (threads) the counts are added. Around the tables of the first two
// may be anything, in the last nothing else. Throws Error, naming `file` and the line, for a line that is
// none of these, and if there are no calls at all.
[[nodiscard]] Frequencies read_frequencies(std::string_view text, const std::string& file);

}  // namespace scrim::filter
