// SPDX-License-Identifier: Apache-2.0
#include "launcher/init/passwd.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <charconv>
#include <string_view>

#include "launcher/os/fd.h"
#include "libprofile/error.h"
#include "libprofile/text.h"

namespace scrim::init {

namespace {

// Files as they are found in images: a FIFO or a device must not hold us up, nor an endless line fill memory.
constexpr off_t largest = off_t{4} << 20;

std::string read_accounts(const char* path) {
  const os::Fd fd(::open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  struct stat status {};
  if (!fd || fstat(fd.get(), &status) != 0 || !S_ISREG(status.st_mode) || status.st_size > largest) return {};
  std::string text(static_cast<std::size_t>(status.st_size), '\0');
  const ssize_t got = read(fd.get(), text.data(), text.size());
  text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  return text;
}

std::optional<unsigned> number(std::string_view text) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// Calls `visit` with the fields of each line until it answers true.
template <typename Visit>
bool for_each_entry(const char* path, std::size_t fields, Visit visit) {
  const std::string text = read_accounts(path);
  for (const std::string_view line : split(text, '\n')) {
    const std::vector<std::string_view> entry = split(line, ':');
    if (entry.size() >= fields && visit(entry)) return true;
  }
  return false;
}

}  // namespace

std::string home_of(uid_t uid) {
  std::string home = "/";
  for_each_entry("/etc/passwd", 7, [&](const auto& entry) {
    if (number(entry[2]) != uid) return false;
    if (!entry[5].empty()) home = entry[5];
    return true;
  });
  return home;
}

std::string name_of(uid_t uid) {
  std::string name = std::to_string(uid);
  for_each_entry("/etc/passwd", 7, [&](const auto& entry) {
    if (entry[0].empty() || number(entry[2]) != uid) return false;
    name = entry[0];
    return true;
  });
  return name;
}

Account find_account(const std::string& text) {
  const std::size_t colon = text.find(':');
  const std::string user = text.substr(0, colon);
  Account account;
  std::string name = user;
  const std::optional<unsigned> uid = number(user);
  const bool found = for_each_entry("/etc/passwd", 7, [&](const auto& entry) {
    if (uid ? number(entry[2]) != uid : entry[0] != user) return false;
    const std::optional<unsigned> entry_uid = number(entry[2]);
    const std::optional<unsigned> entry_gid = number(entry[3]);
    if (!entry_uid || !entry_gid) return false;  // a broken entry makes nobody root
    name = entry[0];
    account.uid = *entry_uid;
    account.gid = *entry_gid;
    return true;
  });
  if (!found && !uid)
    throw Error(concat("user \"", user, "\": no such name in /etc/passwd (a number needs no entry)"));
  if (uid) account.uid = *uid;
  if (colon != std::string::npos) {
    const std::string group = text.substr(colon + 1);
    const std::optional<unsigned> gid = number(group);
    const bool known = for_each_entry("/etc/group", 4, [&](const auto& entry) {
      const std::optional<unsigned> entry_gid = number(entry[2]);
      if (entry[0] != group || !entry_gid) return false;
      account.gid = *entry_gid;
      return true;
    });
    if (!known && !gid)
      throw Error(concat("group \"", group, "\": no such name in /etc/group (a number needs no entry)"));
    if (gid) account.gid = *gid;
    return account;
  }
  for_each_entry("/etc/group", 4, [&](const auto& entry) {
    const std::vector<std::string_view> members = split(entry[3], ',');
    const std::optional<unsigned> gid = number(entry[2]);
    if (gid && std::find(members.begin(), members.end(), name) != members.end())
      account.additional_gids.push_back(*gid);
    return false;
  });
  return account;
}

}  // namespace scrim::init
