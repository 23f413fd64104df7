// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

// Calls that share one number on some architectures: socketcall(2) and ipc(2) take the number of the call as
// their first argument.
namespace scrim::policy {

struct MultiplexedCall {
  std::string_view name;
  std::string_view through;
  std::uint32_t subcall;  // the first argument: SYS_SOCKET (linux/net.h), SEMOP (linux/ipc.h), …
};

constexpr std::string_view socketcall = "socketcall";
constexpr std::string_view ipc = "ipc";

constexpr std::array multiplexed_calls{
    MultiplexedCall{"accept", socketcall, 5},
    MultiplexedCall{"accept4", socketcall, 18},
    MultiplexedCall{"bind", socketcall, 2},
    MultiplexedCall{"connect", socketcall, 3},
    MultiplexedCall{"getpeername", socketcall, 7},
    MultiplexedCall{"getsockname", socketcall, 6},
    MultiplexedCall{"getsockopt", socketcall, 15},
    MultiplexedCall{"listen", socketcall, 4},
    MultiplexedCall{"msgctl", ipc, 14},
    MultiplexedCall{"msgget", ipc, 13},
    MultiplexedCall{"msgrcv", ipc, 12},
    MultiplexedCall{"msgsnd", ipc, 11},
    MultiplexedCall{"recv", socketcall, 10},
    MultiplexedCall{"recvfrom", socketcall, 12},
    MultiplexedCall{"recvmmsg", socketcall, 19},
    MultiplexedCall{"recvmsg", socketcall, 17},
    MultiplexedCall{"semctl", ipc, 3},
    MultiplexedCall{"semget", ipc, 2},
    MultiplexedCall{"semop", ipc, 1},
    MultiplexedCall{"semtimedop", ipc, 4},
    MultiplexedCall{"send", socketcall, 9},
    MultiplexedCall{"sendmmsg", socketcall, 20},
    MultiplexedCall{"sendmsg", socketcall, 16},
    MultiplexedCall{"sendto", socketcall, 11},
    MultiplexedCall{"setsockopt", socketcall, 14},
    MultiplexedCall{"shmat", ipc, 21},
    MultiplexedCall{"shmctl", ipc, 24},
    MultiplexedCall{"shmdt", ipc, 22},
    MultiplexedCall{"shmget", ipc, 23},
    MultiplexedCall{"shutdown", socketcall, 13},
    MultiplexedCall{"socket", socketcall, 1},
    MultiplexedCall{"socketpair", socketcall, 8},
};

}  // namespace scrim::policy
