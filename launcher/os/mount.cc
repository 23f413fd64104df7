// SPDX-License-Identifier: Apache-2.0
#include "launcher/os/mount.h"

#include <fcntl.h>
#include <sys/mount.h>

#include <array>

#include "libprofile/error.h"
#include "libprofile/text.h"

namespace scrim::os {

namespace {

// The messages that the file system left in its context, each as "e text", "w text" or "i text".
std::string messages_of(const Fd& context) {
  std::string all;
  std::array<char, 512> line{};
  for (;;) {
    const ssize_t got = read(context.get(), line.data(), line.size());
    if (got <= 0) return all;
    std::string_view text(line.data(), static_cast<std::size_t>(got));
    while (!text.empty() && text.back() == '\n') text.remove_suffix(1);
    if (text.size() > 2 && text[1] == ' ') text.remove_prefix(2);
    if (!all.empty()) all += "; ";
    all += text;
  }
}

[[noreturn]] void fail_with_messages(const Fd& context, const std::string& doing) {
  const int errnum = errno;
  const std::string said = messages_of(context);
  if (said.empty()) throw SystemError(errnum, doing);
  throw SystemError(errnum, doing, said);
}

void set_parameters(const Fd& context, const std::vector<std::pair<std::string, std::string>>& parameters,
                    const std::string& doing) {
  for (const auto& [key, value] : parameters) {
    const int done = value.empty()
                         ? fsconfig(context.get(), FSCONFIG_SET_FLAG, key.c_str(), nullptr, 0)
                         : fsconfig(context.get(), FSCONFIG_SET_STRING, key.c_str(), value.c_str(), 0);
    if (done != 0)
      fail_with_messages(context, concat(doing, " with option ", key, value.empty() ? "" : "=", value));
  }
}

void change(const Fd& mount, mount_attr attributes, bool recursive, const std::string& doing) {
  const unsigned flags = AT_EMPTY_PATH | (recursive ? unsigned{AT_RECURSIVE} : 0U);
  if (mount_setattr(mount.get(), "", flags, &attributes, sizeof attributes) != 0) throw_errno(doing);
}

Fd clone(int directory, const char* path, unsigned flags, bool recursive, const std::string& what) {
  flags |=
      unsigned{OPEN_TREE_CLONE} | unsigned{OPEN_TREE_CLOEXEC} | (recursive ? unsigned{AT_RECURSIVE} : 0U);
  Fd mount(open_tree(directory, path, flags));
  if (!mount) throw_errno(concat("mount ", what));
  return mount;
}

}  // namespace

Fd new_mount(const std::string& type, const std::string& source,
             const std::vector<std::pair<std::string, std::string>>& parameters, MountAttributes attributes,
             const std::string& what) {
  const std::string doing = concat("mount ", what);
  Fd context(fsopen(type.c_str(), FSOPEN_CLOEXEC));
  if (!context) throw_errno(doing);
  if (!source.empty() && fsconfig(context.get(), FSCONFIG_SET_STRING, "source", source.c_str(), 0) != 0)
    fail_with_messages(context, doing);
  set_parameters(context, parameters, doing);
  if (fsconfig(context.get(), FSCONFIG_CMD_CREATE, nullptr, nullptr, 0) != 0)
    fail_with_messages(context, doing);
  Fd mount(fsmount(context.get(), FSMOUNT_CLOEXEC, static_cast<unsigned>(attributes.set)));
  if (!mount) fail_with_messages(context, doing);
  return mount;
}

Fd clone_mount(const std::string& source, bool recursive, const std::string& what) {
  return clone(AT_FDCWD, source.c_str(), 0, recursive, what);
}

Fd clone_mount(const Fd& source, bool recursive, const std::string& what) {
  return clone(source.get(), "", AT_EMPTY_PATH, recursive, what);
}

void set_mount_attributes(const Fd& mount, MountAttributes attributes, bool recursive,
                          const std::string& what) {
  if (attributes.set == 0 && attributes.clear == 0) return;
  // The access-time modes are one field, not bits: to set one, the field is cleared (mount_setattr(2)).
  if ((attributes.set & MOUNT_ATTR__ATIME) != 0) attributes.clear |= MOUNT_ATTR__ATIME;
  mount_attr change_to{};
  change_to.attr_set = attributes.set;
  change_to.attr_clr = attributes.clear;
  change(mount, change_to, recursive, concat("set attributes of mount ", what));
}

void map_mount_ids(const Fd& mount, const Fd& user_namespace, bool recursive, const std::string& what) {
  mount_attr change_to{};
  change_to.attr_set = MOUNT_ATTR_IDMAP;
  change_to.userns_fd = static_cast<std::uint64_t>(user_namespace.get());
  const unsigned flags = AT_EMPTY_PATH | (recursive ? unsigned{AT_RECURSIVE} : 0U);
  if (mount_setattr(mount.get(), "", flags, &change_to, sizeof change_to) == 0) return;
  const char* hint = errno == EINVAL
                         ? "can this file system be id-mapped? (mount_setattr(2), \"ID mapped mounts\")"
                     : errno == EPERM ? "needs CAP_SYS_ADMIN over the source's file system"
                                      : "";
  throw SystemError(errno, concat("id-map mount ", what), hint);
}

void set_propagation(const Fd& mount, std::uint64_t propagation, bool recursive, const std::string& what) {
  mount_attr change_to{};
  change_to.propagation = propagation;
  change(mount, change_to, recursive, concat("set propagation of mount ", what));
}

void reconfigure_mount(const Fd& mount, const std::vector<std::pair<std::string, std::string>>& parameters,
                       const std::string& what) {
  const std::string doing = concat("remount ", what);
  const Fd context(fspick(mount.get(), "", FSPICK_CLOEXEC | FSPICK_EMPTY_PATH));
  if (!context) throw_errno(doing);
  set_parameters(context, parameters, doing);
  if (fsconfig(context.get(), FSCONFIG_CMD_RECONFIGURE, nullptr, nullptr, 0) != 0)
    fail_with_messages(context, doing);
}

void attach_mount(const Fd& mount, const Fd& target, const std::string& what) {
  if (move_mount(mount.get(), "", target.get(), "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) != 0)
    throw_errno(concat("mount ", what));
}

}  // namespace scrim::os
