// SPDX-License-Identifier: Apache-2.0
// file_capability FILE...: gives them cap_sys_admin+p, as setcap(8) does.
#include <linux/capability.h>
#include <stdio.h>
#include <sys/xattr.h>

int main(int count, char** files) {
  const struct vfs_cap_data data = {VFS_CAP_REVISION_2, {{1U << CAP_SYS_ADMIN, 0}, {0, 0}}};
  for (int i = 1; i < count; ++i)
    if (setxattr(files[i], "security.capability", &data, XATTR_CAPS_SZ_2, 0) != 0) {
      perror(files[i]);
      return 1;
    }
  return 0;
}
