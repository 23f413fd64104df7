// SPDX-License-Identifier: Apache-2.0
#include "launcher/cgroup/writes.h"

#include <algorithm>
#include <cerrno>

#include "launcher/cgroup/directory.h"
#include "launcher/cgroup/membership.h"
#include "launcher/os/fd.h"
#include "libprofile/error.h"
#include "libprofile/text.h"

namespace scrim::cgroup {

namespace {

// What a file holds if that is one value, which can be written back; "" otherwise.
std::string value_in(const std::string& path) {
  try {
    const std::string text = os::read_kernel_file(path);
    return text.find('\n') == text.size() - 1 ? text.substr(0, text.size() - 1) : "";
  } catch (const SystemError&) {
    return "";
  }
}

[[noreturn]] void refuse(const Write& write, const std::string& path, int error) {
  const std::string doing = concat(write.setting, ": write \"", write.value, "\" to ", path);
  if (error == ENOENT)
    throw SystemError(
        error, doing,
        concat("the ", write.controller, " controller has no such file here, or is not enabled"));
  if (error == EBUSY && write.file == "memory.limit_in_bytes")
    throw SystemError(error, doing,
                      concat(value_in(concat(path.substr(0, path.rfind('/')), "/memory.usage_in_bytes")),
                             " bytes are in use and cannot be reclaimed"));
  throw SystemError(error, doing);
}

class Writer {
 public:
  Writer(const Cgroup& cgroup, OnFailure on_failure) : cgroup_(cgroup), on_failure_(on_failure) {}
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;
  ~Writer() {
    for (auto before = before_.rbegin(); before != before_.rend(); ++before)
      (void)try_write_file(before->path, before->value);
  }

  // 0, ENOENT for one that may be missing, or EINVAL; throws for what else the kernel says.
  int put(const Write& write) {
    const std::string* directory = directory_of(cgroup_, write.controller);
    if (directory == nullptr)
      throw Error(concat(write.setting, " cannot be set to ", write.value,
                         ": the container has no cgroup with the ", write.controller,
                         " controller (not mounted, or not permitted)"));
    const std::string path = concat(*directory, "/", write.file);
    const int error = put(path, write.value);
    if (error == ENOENT && !write.other_file.empty()) {
      const std::string other = concat(*directory, "/", write.other_file);
      if (const int again = put(other, write.other_value); again != 0) refuse(write, other, again);
      return 0;
    }
    if (error != 0 && error != EINVAL && !(error == ENOENT && write.optional)) refuse(write, path, error);
    return error;
  }
  [[noreturn]] void refuse_invalid(const Write& write) const {
    refuse(write, concat(*directory_of(cgroup_, write.controller), "/", write.file), EINVAL);
  }
  void done() { before_.clear(); }

 private:
  struct Before {
    std::string path, value;
  };

  int put(const std::string& path, const std::string& value) {
    const std::string before = on_failure_ == OnFailure::take_back ? value_in(path) : "";
    const int error = try_write_file(path, value);
    if (error == 0 && !before.empty()) before_.push_back({path, before});
    return error;
  }

  const Cgroup& cgroup_;
  OnFailure on_failure_;
  std::vector<Before> before_;
};

}  // namespace

void write_all(const Cgroup& cgroup, const std::vector<Write>& writes, OnFailure on_failure) {
  Writer writer(cgroup, on_failure);
  std::vector<const Write*> refused;
  for (const Write& write : writes)
    if (writer.put(write) == EINVAL) refused.push_back(&write);
  // As long as one of them is taken, another may be next.
  for (std::size_t left = refused.size() + 1; !refused.empty() && refused.size() < left;) {
    left = refused.size();
    std::erase_if(refused, [&](const Write* write) { return writer.put(*write) != EINVAL; });
  }
  if (!refused.empty()) writer.refuse_invalid(*refused.front());
  writer.done();
}

}  // namespace scrim::cgroup
