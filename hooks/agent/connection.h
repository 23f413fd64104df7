// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "hooks/agent/descriptor.h"
#include "libprofile/document/json.h"
#include "libprofile/kernel/listener.h"

namespace scrim::agent {

// A container whose calls come to this agent.
struct Watched {
  std::string id;
  std::string metadata;  // listenerMetadata
  kernel::Listener listener;
};

// A runtime that is sending the container process state (runtime-spec config-linux.md, "The Container Process
// State"): one for each connection, with descriptors. Its end is that of the JSON text: runc keeps the
// connection open after it.
class Connection {
 public:
  explicit Connection(Descriptor socket) : socket_(std::move(socket)) {}
  [[nodiscard]] int descriptor() const { return socket_.get(); }

  // Takes what is there, without waiting. What came, as soon as it is complete. Throws Error: not a container
  // process state, too long a one, or one without a seccomp descriptor.
  [[nodiscard]] std::optional<Watched> receive();

 private:
  bool read_more();
  [[nodiscard]] Watched watched(const document::json::Value& state);

  Descriptor socket_;
  std::string text_;
  std::vector<Descriptor> descriptors_;
};

}  // namespace scrim::agent
