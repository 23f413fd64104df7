// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linux/filter.h>

#include <vector>

namespace scrim::filter {

// Classic BPF as seccomp(2) takes it: 1 to BPF_MAXINSNS (4096) instructions over struct seccomp_data.
using Program = std::vector<sock_filter>;

}  // namespace scrim::filter
