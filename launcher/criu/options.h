// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "launcher/bundle/spec.h"

// criu(8) as words: what is asked of it, and what it says.
namespace scrim::criu {

// What `checkpoint` and `restore` have in common, in runc's words (runc-checkpoint(8), runc-restore(8)).
struct Options {
  std::string program;                    // absolute path of criu
  std::string image_path = "checkpoint";  // made absolute by Directories
  std::string work_path;                  // empty: image_path
  bool tcp_established = false;
  bool ext_unix_sk = false;
  bool shell_job = false;
  bool file_locks = false;
  bool auto_dedup = false;
  std::string manage_cgroups = "soft";  // soft, full, strict or ignore
  bool empty_network = false;           // --empty-ns network
};

// The absolute path of criu: of `name`, or if that is empty of criu in $PATH. Throws Error that says how to
// come by it if there is none.
[[nodiscard]] std::string find_program(const std::string& name);

// Whether that criu sets no_new_privs again: since 3.19; before, a restored process could gain privileges
// that it could not when it was dumped. An unknown version does not.
[[nodiscard]] bool restores_no_new_privs(const std::string& program);
// The same of what `criu --version` prints.
[[nodiscard]] bool is_at_least_3_19(std::string_view said);

// What criu is told in any case: options, log and configuration file. The annotation org.criu.config names
// that file, as with runc and crun; empty: none. Without it /etc/criu/scrim.conf or else /etc/criu/runc.conf
// is taken, if there is one: what runc was told of criu on this machine is meant for scrim too. criu's
// default configuration files are not read.
[[nodiscard]] std::vector<std::string> common_arguments(const Options& options,
                                                        const std::vector<bundle::Setting>& annotations);

// How the network is cut off while a container is dumped: criu calls iptables for that unless told otherwise,
// so where that is not installed it is nftables, which it speaks by itself.
[[nodiscard]] std::vector<std::string> network_lock_arguments();

// Reads --empty-ns: only "network" is known (runc's name; criu's is "net"). Throws Error.
[[nodiscard]] bool is_empty_network(const std::vector<std::string>& names);

}  // namespace scrim::criu
